//go:build race

package search_test

// changesTested: under the race detector, which makes the store forty times slower, the interleavings are what counts.
const changesTested = 1000
