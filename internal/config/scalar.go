package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Addresses is one address or a list of them; a list of one is written as the address alone.
type Addresses []string

// MarshalYAML writes a list of one as its only element.
func (a Addresses) MarshalYAML() (any, error) {
	if len(a) == 1 {
		return a[0], nil
	}
	return []string(a), nil
}

// Port is a TCP port, 0 for a free one, or PortOff.
type Port int

// PortOff is a listener that is not wanted, "off" in the file.
const PortOff Port = -1

// UnmarshalText reads a number or off.
func (p *Port) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*p = PortOff
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return fmt.Errorf("%q is neither a port nor off", text)
	}
	*p = Port(n)
	return nil
}

// MarshalYAML writes what UnmarshalText reads.
func (p Port) MarshalYAML() (any, error) {
	if p == PortOff {
		return "off", nil
	}
	return int(p), nil
}

// PortRange is a range of ports, both ends included.
type PortRange struct {
	First, Last int
}

// String returns FIRST-LAST.
func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.First, r.Last) }

// UnmarshalText reads FIRST-LAST.
func (r *PortRange) UnmarshalText(text []byte) error {
	first, last, ok := strings.Cut(string(text), "-")
	a, errA := strconv.Atoi(strings.TrimSpace(first))
	b, errB := strconv.Atoi(strings.TrimSpace(last))
	if !ok || errA != nil || errB != nil {
		return fmt.Errorf("%q is not a range like 59531-60554", text)
	}
	r.First, r.Last = a, b
	return nil
}

// MarshalYAML writes what UnmarshalText reads.
func (r PortRange) MarshalYAML() (any, error) { return r.String(), nil }

// Duration is a time span, written like 90s, 5m or 2h.
type Duration time.Duration

func seconds(n int) Duration { return Duration(time.Duration(n) * time.Second) }

// String returns the shortest form.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// UnmarshalText reads Go's notation.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time span like 90s, 5m or 2h", text)
	}
	*d = Duration(v)
	return nil
}

// MarshalYAML writes what UnmarshalText reads.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// Size is a number of bytes, written plainly or in KiB, MiB or GiB.
type Size int64

var sizeUnits = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// String returns the largest unit that fits without a fraction.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// UnmarshalText reads what String writes.
func (s *Size) UnmarshalText(text []byte) error {
	number, unit := strings.TrimSpace(string(text)), int64(1)
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(number, u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n > (1<<62)/unit {
		return errors.New(strconv.Quote(string(text)) + " is not a size like 64KiB, 4MiB or 1GiB")
	}
	*s = Size(n * unit)
	return nil
}

// MarshalYAML writes what UnmarshalText reads.
func (s Size) MarshalYAML() (any, error) { return s.String(), nil }
