// Package undo makes the step that takes a change of an object back. It compares two states of one object, says in which
// fields they differ, and writes a patch that turns the later into the earlier, and fits nothing else.
package undo
