package app

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapiclient"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(time.Now)
		fail := func(remote, who string) time.Duration { return th.pause(remote, who, auth.ErrWrongPassword) }
		for i, want := range []time.Duration{0, 0, firstPause, 2 * firstPause, 4 * firstPause, 8 * firstPause, longestStep, longestStep} {
			got := fail(fmt.Sprintf("192.0.2.1:%d", 1000+i), "MAPID\\alice")
			if got != want {
				t.Errorf("failure %d: %v, want %v", i+1, got, want)
			}
			time.Sleep(got)
		}
		if got := fail("192.0.2.1:1", "Alice@mapid.test"); got != longestStep {
			t.Errorf("the same account by another name: %v", got)
		}
		for remote, who := range map[string]string{"192.0.2.1:2": "bob", "192.0.2.2:1": "alice"} {
			if got := fail(remote, who); got != 0 {
				t.Errorf("%s from %s: %v", who, remote, got)
			}
		}
		if got := th.pause("192.0.2.1:3", "alice", nil); got != longestStep {
			t.Errorf("the right password among wrong ones is told after %v, want %v", got, longestStep)
		}
		if got := fail("192.0.2.1:4", "alice"); got != 0 {
			t.Errorf("after the right password: %v", got)
		}
	})
}

// TestThrottleInParallel: guessing on many connections at a time is no faster, and no outcome waits for ever.
func TestThrottleInParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(time.Now)
		last := time.Duration(0)
		for i := range 100 {
			d := th.pause("[2001:db8::1]:9", "alice", auth.ErrWrongPassword)
			if d < last || d > longestPause || i == 10 && d < 10*time.Second {
				t.Fatalf("attempt %d waits %v after one of %v", i, d, last)
			}
			last = d
		}
		time.Sleep(forgetAfter + time.Second)
		if d := th.pause("[2001:db8::1]:9", "alice", auth.ErrWrongPassword); d != 0 {
			t.Errorf("a quarter of an hour later: %v", d)
		}
	})
}

func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	th := newThrottle(time.Now)
	for i := range 2 * maxAttemptsKept {
		th.pause("192.0.2.1:1", fmt.Sprint(i), auth.ErrUnknownAccount)
	}
	if n := len(th.entries); n > maxAttemptsKept {
		t.Errorf("%d kept", n)
	}
}

// TestWrongPasswordsSlowDown guesses, and then knows.
func TestWrongPasswordsSlowDown(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	guess := func(user, password string) (time.Duration, error) {
		began := time.Now()
		_, err := r.connect(r.client(func(o *mapiclient.Options) { o.User, o.Password = user, password }))
		return time.Since(began), err
	}
	total := time.Duration(0)
	for range 5 {
		took, err := guess("alice", "wrong")
		if err == nil {
			t.Fatal("let in")
		}
		total += took
	}
	if want := firstPause * (1 + 2 + 4); total < want {
		t.Errorf("five guesses took %v, less than %v", total, want)
	}
	if _, err := guess("alice", "Password1!"); err != nil {
		t.Errorf("the right password: %v", err)
	}
	if took, err := guess("alice", "wrong"); err == nil || took >= longestStep {
		t.Errorf("%v, %v: the right password did not end the slowness", took, err)
	}
}
