// Package another is a project that uses mapid in its tests.
package another
