//go:build race

package exec_test

// mirroredChanges: under the race detector, which makes the store forty times slower, the interleavings are what counts.
const mirroredChanges = 500
