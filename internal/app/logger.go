package app

import (
	"fmt"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/mapid/mapid/internal/config"
)

// NewLogger makes the logger of a process that logs to out, and the level it can be changed by.
func NewLogger(cfg config.Log, out *os.File) (*zap.Logger, *zap.AtomicLevel, error) {
	level, err := zap.ParseAtomicLevel(cfg.Level)
	if err != nil {
		return nil, nil, fmt.Errorf("log.level: %w", err)
	}
	encoding := zap.NewProductionEncoderConfig()
	encoding.EncodeTime = zapcore.ISO8601TimeEncoder
	encoding.EncodeDuration = zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(encoding)
	if cfg.Format == "console" || cfg.Format == "auto" && terminal(out) {
		encoder = zapcore.NewConsoleEncoder(encoding)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(out), level)), &level, nil
}

// terminal reports whether f is one.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// logLevel is the level as the admin API changes it.
type logLevel struct {
	level   *zap.AtomicLevel // nil cannot be changed
	initial zapcore.Level
}

func newLogLevel(l *zap.AtomicLevel) *logLevel {
	if l == nil {
		return &logLevel{initial: zapcore.InfoLevel}
	}
	return &logLevel{l, l.Level()}
}

// Level returns the name of the level.
func (l *logLevel) Level() string {
	if l.level == nil {
		return l.initial.String()
	}
	return l.level.Level().String()
}

// SetLevel sets it by name.
func (l *logLevel) SetLevel(name string) error {
	level, err := zapcore.ParseLevel(name)
	if err != nil || level > zapcore.ErrorLevel {
		return fmt.Errorf("%q is not one of debug, info, warn, error", name)
	}
	if l.level == nil {
		return fmt.Errorf("this server's log has a fixed level")
	}
	l.level.SetLevel(level)
	return nil
}

// reset undoes changes.
func (l *logLevel) reset() {
	if l.level != nil {
		l.level.SetLevel(l.initial)
	}
}
