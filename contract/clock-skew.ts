/** How far the clock of who has written a statement may be ahead of the one that judges it. */
export const SKEW_SECONDS = 300;
