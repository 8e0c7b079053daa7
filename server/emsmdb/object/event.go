package object

import (
	"context"

	"github.com/mapid/mapid/server/emsmdb/notify"
)

// Teller is an object that tells of what happens without being asked each time: a subscription or a table. All but
// Attach is called under the session's lock.
type Teller interface {
	Object
	// Attach starts it. It is called once.
	Attach(to notify.Sink)
	// Events returns up to so many events that were not told yet, the oldest first. An error comes with what can be told
	// all the same.
	Events(ctx context.Context, most int) ([]notify.Event, error)
	// Told says that the first n of them were told.
	Told(n int)
}
