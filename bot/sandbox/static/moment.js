/** Instants as people in Ezhou read them: always Asia/Shanghai, whatever the browser's own zone. */

const ZONE = "Asia/Shanghai";

const formats = {
  hour: new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  day: new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, year: "numeric", month: "long", day: "numeric" }),
  weekday: new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, weekday: "long" }),
};

/** 09:05 */
export const hourText = (iso) => formats.hour.format(new Date(iso));

/** 2026年11月23日 */
export const dateText = (iso) => formats.day.format(new Date(iso));

/** 星期一 */
export const weekdayText = (iso) => formats.weekday.format(new Date(iso));

/** 2026年11月23日 星期一 */
export const dayText = (iso) => `${dateText(iso)} ${weekdayText(iso)}`;

/** Whether two instants lie less than `minutes` apart. */
export function within(minutes, one, other) {
  return Math.abs(new Date(one) - new Date(other)) < minutes * 60_000;
}
