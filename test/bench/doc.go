// Package bench measures what a client notices of a server, each time against a yardstick that is measured in the same
// run: a bare TCP echo of the same sizes, a bare SQL read of the same rows, the bare cipher. Ratios survive a change of
// machine and, mostly, a busy one; milliseconds do not. `make bench` runs it, docs/performance.md has the figures.
//
// Server and yardstick each have a process of their own, as the client has: in one process their garbage collections
// and their schedulers would be one, and a request would reach its server without leaving the Go runtime. The package
// has no code besides its benchmarks.
package bench
