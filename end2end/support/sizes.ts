/** The narrowest of phones and the desktop of the pictures. */
export const PHONE = { width: 360, height: 800 };
export const DESKTOP = { width: 1440, height: 1000 };
