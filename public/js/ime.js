/** Whether a key belongs to a conversion (Japanese, Chinese, Korean). Safari sends the Enter that ends one when it is over. */
export const isConverting = (event) => event.isComposing || event.keyCode === 229
