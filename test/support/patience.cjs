// A story builds images and awaits rollouts; what hangs is cut off by Slipway's own deadlines first.
jest.setTimeout(5 * 60 * 1000);
