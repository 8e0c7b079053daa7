package seed

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is one mistake in a seed.
type Problem struct {
	Line int    // 0 if the seed is not a text
	Path string // users[2].messages[0].to[1]
	Text string // what is wrong and what to do
}

// Error is everything that is wrong with a seed.
type Error struct {
	Name     string // of the file
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		at := e.Name
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d", e.Name, p.Line)
		}
		if p.Path != "" {
			at += ": " + p.Path
		}
		lines[i] = at + ": " + p.Text
	}
	return strings.Join(lines, "\n")
}

// source is where a seed comes from: the lines of its parts, and the problems found so far.
type source struct {
	name     string
	lines    map[string]int
	problems []Problem
}

// add notes a problem. The line is that of the path, or of the nearest part around it.
func (s *source) add(path, format string, args ...any) {
	line := 0
	for p := path; p != "" && line == 0; {
		line = s.lines[p]
		i := strings.LastIndexAny(p, ".[")
		p = p[:max(i, 0)]
	}
	s.problems = append(s.problems, Problem{line, path, fmt.Sprintf(format, args...)})
}

// err returns the problems in the order of the text, or nil if there are none.
func (s *source) err() error {
	if len(s.problems) == 0 {
		return nil
	}
	sort.SliceStable(s.problems, func(i, j int) bool { return s.problems[i].Line < s.problems[j].Line })
	return &Error{s.name, s.problems}
}
