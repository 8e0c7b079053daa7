package table

import "github.com/mapid/mapid/internal/mapi"

// The work that RopSetColumns, RopSortTable and RopRestrict ask for is done when rows are looked at first. Where a
// version obeys TBL_ASYNC, a client that sets it learns until then that the work goes on.

// Begin notes that work was asked for, and returns the status to answer with, [MS-OXCTABL] 3.2.5.1.
func (t *Table) Begin(async bool, status uint8) uint8 {
	if t.running = mapi.TblStatComplete; async && t.profile.Async {
		t.running = status
	}
	return t.running
}

// Status returns what goes on, [MS-OXCTABL] 3.2.5.7.
func (t *Table) Status() uint8 { return t.running }

// Abort ends what goes on and returns what it was, [MS-OXCTABL] 3.2.5.6. Afterwards the table has to be reset.
func (t *Table) Abort() (status uint8, err error) {
	if err := t.can(opAbort); err != nil {
		return 0, err
	}
	if t.running == mapi.TblStatComplete {
		return 0, mapi.ErrUnableToAbort
	}
	status, t.running = t.running, mapi.TblStatComplete
	t.aborted = ops[t.src.Kind()]&opReset != 0 // else nothing could bring it back
	return status, nil
}
