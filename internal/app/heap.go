package app

import (
	"os"
	"runtime"
)

// heapFloor is how much the collector counts as in use before anything is. With more, what connections keep would lie
// scattered among their garbage, and pages could not be given back.
const heapFloor = 12 << 20

// SteadyHeap is for a process that is nothing but a server: a small one keeps some ten megabytes, and the collector would
// run each time as much garbage has come together, which is several times a second for clients that read. Address space
// that is never touched, and so takes no memory, makes it run half as often. Who sets GOGC has chosen.
// The function returned ends it.
func SteadyHeap() (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	floor := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(floor) }
}
