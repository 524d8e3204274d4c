/** What the service reads. The service looks into the file; this only spares a vain upload. */
export const ACCEPT = "application/pdf,image/png,image/jpeg,image/tiff,image/webp,image/bmp,.pdf,.tif,.tiff,.bmp";

const ENDING = /\.(pdf|png|jpe?g|tiff?|webp|bmp)$/i;
const TYPE = /^(application\/pdf|image\/(png|jpeg|tiff|webp|bmp))$/;

export const isUsable = (file: File): boolean => TYPE.test(file.type) || ENDING.test(file.name);
