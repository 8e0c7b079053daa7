// Package archtest holds the rules of the repository as tests: which package may import which, how large a file may
// grow, what must be documented. A rule that is checked needs no reviewer. The package has no code besides its tests.
package archtest
