package late_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mapid/mapid/internal/late"
)

type key struct{}

func TestContextEndsWhenCancelled(t *testing.T) {
	t.Parallel()
	for _, waitedFor := range []bool{false, true} {
		c := late.From(context.WithValue(t.Context(), key{}, 7))
		if waitedFor {
			select {
			case <-c.Done():
				t.Error("done before it was cancelled")
			default:
			}
		}
		if c.Err() != nil || c.Value(key{}) != 7 {
			t.Errorf("error %v, value %v", c.Err(), c.Value(key{}))
		}
		c.Cancel()
		c.Cancel()
		<-c.Done()
		if !errors.Is(c.Err(), context.Canceled) || c.Value(key{}) != 7 {
			t.Errorf("after Cancel: error %v, value %v", c.Err(), c.Value(key{}))
		}
	}
}

func TestContextEndsWithItsParent(t *testing.T) {
	t.Parallel()
	for _, waitedFor := range []bool{false, true} {
		parent, cancel := context.WithCancel(t.Context())
		c := late.From(parent)
		defer c.Cancel()
		if waitedFor {
			c.Done()
		}
		cancel()
		if !errors.Is(c.Err(), context.Canceled) {
			t.Errorf("error %v", c.Err())
		}
		<-c.Done()
	}
}

func TestContextHasTheDeadlineOfItsParent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := late.From(parent)
		defer c.Cancel()
		if at, ok := c.Deadline(); !ok || time.Until(at) != time.Minute {
			t.Errorf("deadline %v, %v", at, ok)
		}
		<-c.Done()
		if !errors.Is(c.Err(), context.DeadlineExceeded) {
			t.Errorf("error %v", c.Err())
		}
	})
}

func TestChildrenEndWithoutGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	outer := late.From(context.Background())
	inner := late.From(outer)
	var children []context.Context
	for range 100 {
		child, cancel := context.WithCancel(inner)
		defer cancel()
		children = append(children, child)
	}
	if after := runtime.NumGoroutine(); after >= before+100 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	outer.Cancel()
	for _, child := range children {
		<-child.Done()
	}
	if !errors.Is(inner.Err(), context.Canceled) {
		t.Errorf("error of the context between: %v", inner.Err())
	}
}

func TestUnusedContextAllocatesOnce(t *testing.T) {
	parent, cancel := context.WithCancel(context.Background())
	defer cancel()
	if n := testing.AllocsPerRun(100, func() {
		c := late.From(parent)
		if c.Err() != nil {
			t.Error(c.Err())
		}
		c.Cancel()
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
