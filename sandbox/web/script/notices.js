/** Service notices (服务通知): WeChat's own chat on every phone, beside those with accounts. */

export const NOTICES = { name: "notices", kind: "notices" };
