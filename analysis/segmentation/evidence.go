package segmentation

import (
	"strconv"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// longest bounds what evidence says of one field, in bytes: who writes an object chooses how long it is.
const longest = 240

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// most bounds how many lines of one sort prove a finding: there may be as many policies and ways as somebody cares to make, and as
// many findings as there are pods. The last line says how many others there are.
const most = 50

// capped gives the first lines, and the number of the others in a line about the object.
func capped(object model.Ref, l []model.Evidence) []model.Evidence {
	if len(l) <= most+1 {
		return l
	}
	return append(l[:most:most], model.Evidence{Object: object, Value: "and " + strconv.Itoa(len(l)-most) + " more"})
}

// index is the path of an item of a list.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// list is a proof that stands by itself.
type list struct{ lines []model.Evidence }

// Evidence gives the lines.
func (l *list) Evidence() []model.Evidence { return l.lines }

func lines(l ...model.Evidence) model.Proof { return &list{l} }

// labelled proves by the labels of pods, which no policy selects.
type labelled struct {
	object model.Ref
	path   string
	labels record.Labels
}

// Evidence gives the one line.
func (l *labelled) Evidence() []model.Evidence { return []model.Evidence{l.line()} }

func (l *labelled) line() model.Evidence {
	return model.Evidence{Object: l.object, Path: l.path, Value: labelText(l.labels)}
}

// labelText writes labels as kubectl does.
func labelText(l record.Labels) string { return brief(l.Brief(longest)) }
