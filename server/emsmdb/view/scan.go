package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// batch is some messages as they were read, with their values one after the other.
type batch struct {
	ids    []store.MessageID
	values []prop.Value
}

// batchRows is how many messages a batch has, and batches how many may wait to be placed.
const (
	batchRows = 256
	batches   = 4
)

// ErrReader is what a Place returns that has no Reader and can't place a message without, before it emits anything.
var ErrReader = errors.New("view: a message can't be placed without a reader")

// errPlacing is how a Place failed that did not return.
type errPlacing struct{ cause any }

func (e errPlacing) Error() string { return fmt.Sprintf("view: placing messages: %v", e.cause) }

// scan reads the whole folder and places its messages. Where Place does not read the store, another goroutine does it
// meanwhile: making keys takes about as long as reading rows.
func (v *View) scan(ctx context.Context, r store.Reader, add func(Place, store.MessageID)) error {
	if !v.spec.Apart {
		n, place := 0, v.placer()
		return r.Scan(v.spec.Selection, v.spec.Fetch, func(id store.MessageID, values []prop.Value) error {
			if n++; n%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			return place(r, id, values, add)
		})
	}
	var later []store.MessageID // that another look is needed at
	work, done := make(chan batch, batches), make(chan error, 1)
	failed := make(chan struct{}) // closed when nothing is placed any more
	go func() {
		defer close(failed)
		done <- v.placeAll(work, add, &later)
	}()
	finish := sync.OnceFunc(func() { close(work) })
	defer finish()
	var b batch
	send := func() error {
		select {
		case work <- b:
			b = batch{}
			return ctx.Err()
		case <-failed:
			return errPlacing{}
		}
	}
	err := r.Scan(v.spec.Selection, v.spec.Fetch, func(id store.MessageID, values []prop.Value) error {
		if b.ids == nil {
			b = batch{make([]store.MessageID, 0, batchRows), make([]prop.Value, 0, batchRows*len(values))}
		}
		b.ids, b.values = append(b.ids, id), append(b.values, values...)
		if len(b.ids) < batchRows {
			return nil
		}
		return send()
	})
	if err == nil && len(b.ids) > 0 {
		err = send()
	}
	finish()
	if placing := <-done; placing != nil {
		return placing
	}
	for chunk := range slices.Chunk(later, batchRows) {
		if err == nil {
			err = cmp.Or(ctx.Err(), v.place(r, chunk, add))
		}
	}
	return err
}

// placeAll places batches until there are no more, and notes the messages that it can't place.
func (v *View) placeAll(work <-chan batch, add func(Place, store.MessageID), later *[]store.MessageID) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errPlacing{cause}
		}
	}()
	place := v.placer()
	for b := range work {
		width := len(b.values) / len(b.ids)
		for i, id := range b.ids {
			err := place(nil, id, b.values[i*width:(i+1)*width], add)
			if err == ErrReader { //nolint:errorlint // our own
				*later, err = append(*later, id), nil
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
