//go:build !race

package search_test

// changesTested is how many random changes TestTenThousandChanges makes.
const changesTested = 10000
