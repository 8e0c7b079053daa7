//go:build !race

package exec_test

// mirroredChanges is how many random changes TestTableEventsKeepMirrorsRight makes.
const mirroredChanges = 10000
