package object

import "github.com/mapid/mapid/internal/mapi"

// Abort ends what is done asynchronously on a contents or hierarchy table. As all is done at once there never is
// anything, [MS-OXCTABL] 3.2.5.6.
func (t *Table) Abort() error {
	switch t.src.(type) {
	case *hierarchy, *contents:
		return mapi.ErrUnableToAbort
	}
	return mapi.ErrNoSupport
}
