package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	Source string // file:line or the name of the environment variable; empty if the value alone is known
	Path   string // of the key, like rpc.encryption_required
	Text   string
}

// Error is one line: where, which key, and what to do about it.
func (p Problem) Error() string {
	if p.Source == "" {
		return p.Path + ": " + p.Text
	}
	if p.Path == "" {
		return p.Source + ": " + p.Text
	}
	return p.Source + ": " + p.Path + ": " + p.Text
}

// Problems takes apart what errors.Join put together.
func Problems(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		out = append(out, Problems(e)...)
	}
	return out
}

// unknown is the text for a key that does not exist; known are those that do.
func unknown(key string, known []string) string {
	if near := nearest(key, known); near != "" {
		return fmt.Sprintf("unknown key, did you mean %s?", near)
	}
	return "unknown key, known here are " + strings.Join(known, ", ")
}

// nearest is the known word with the smallest edit distance, or "" if even that one is a different word.
func nearest(word string, known []string) string {
	best, bestAt := "", len(word)/2+2
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < bestAt {
			best, bestAt = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace on the way from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
