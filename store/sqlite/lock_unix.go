//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// fileLock keeps a second process away from a database. It is a lock on a file beside it, since closing any handle of
// the database file would drop SQLite's own locks. The file stays when the lock goes.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, unreadable(path, err)
		}
		detail := ""
		var b [20]byte
		n, _ := f.ReadAt(b[:], 0) // who holds it is only for the message
		if pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n]))); err == nil {
			detail = fmt.Sprintf(" (pid %d)", pid)
		}
		return nil, &OpenError{Path: path, Problem: Locked, Detail: detail}
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			return nil, errors.Join(unreadable(path, err), f.Close())
		}
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error { return l.f.Close() }
