/** In order of seniority, as the platform lists them; the same on every drawing. */
const seniority = ["SURE_BTC", "SURE_SNR", "SURE_MEZZ", "SURE_JNR", "SURE_JNR_PLUS", "SURE_EQT"];

export const trancheColor = (id: string) => `series-${seniority.indexOf(id) + 1}`;
