package sqlite

import (
	"errors"
	"syscall"
)

// fileLock keeps a second process away from a database: a file beside it that is open without sharing.
type fileLock struct{ h syscall.Handle }

const errorSharingViolation = syscall.Errno(32)

func lockFile(path string) (*fileLock, error) {
	name, err := syscall.UTF16PtrFromString(path + ".lock")
	if err != nil {
		return nil, unreadable(path, err)
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, &OpenError{Path: path, Problem: Locked}
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return &fileLock{h}, nil
}

func (l *fileLock) release() error { return syscall.CloseHandle(l.h) }
