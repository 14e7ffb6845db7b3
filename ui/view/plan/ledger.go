package plan

import (
	"context"
	"strconv"
	"time"

	"canopy/model"
	"canopy/ui/view"
)

// Ledger is what was written to a cluster since the program began, with what takes it back. All screens of that cluster share
// it; only the program's loop touches it.
type Ledger struct {
	deeds []*Deed
	// writer is what writes now; nil for nothing.
	writer *writer
	// texts are those that were proposed, by name; named counts those that got one.
	texts map[string][]byte
	named int
}

// Deed is a plan that was carried out, in whole or in part.
type Deed struct {
	// Clock is when, as people read it, Title what.
	Clock, Title string
	// Undo takes back what was done; it has no steps where nothing is left to take back.
	Undo model.Plan
	// Saved tells that the undo is in a file, Undone that it was carried out.
	Saved, Undone bool

	number int
	at     time.Time
	// again tells that the deed took another one back: nothing is lost with what does it once more.
	again bool
	// rows are the differences that the undo makes: what it holds is not shown.
	rows map[touch][]row
}

// writer is a plan while it is written.
type writer struct {
	// says tells of it in a sentence.
	says   string
	screen view.Screen
	// deed takes back what was done so far.
	deed   *Deed
	cancel context.CancelFunc
	// stopping tells that it was cancelled.
	stopping bool
}

// touch is what a step does to which object.
type touch struct {
	verb model.StepVerb
	ref  model.Ref
}

// back is what takes it back.
func (t touch) back() touch {
	switch t.verb {
	case model.Create:
		t.verb = model.Delete
	case model.Delete:
		t.verb = model.Create
	}
	return t
}

// ID tells deeds apart.
func (d *Deed) ID() string { return strconv.Itoa(d.number) }

// Deeds lists what can be taken back, the newest first. What is being written is not among them until that has ended.
func (l *Ledger) Deeds() []*Deed {
	var list []*Deed
	for i := len(l.deeds) - 1; i >= 0; i-- {
		if d := l.deeds[i]; !d.Undone && len(d.Undo.Steps) > 0 && (l.writer == nil || l.writer.deed != d) {
			list = append(list, d)
		}
	}
	return list
}

// Deed gives a deed by its id; nil where there is none.
func (l *Ledger) Deed(id string) *Deed {
	for _, d := range l.deeds {
		if d.ID() == id {
			return d
		}
	}
	return nil
}

// Writing says what is being written now; "" for nothing.
func (l *Ledger) Writing() string {
	if l.writer == nil {
		return ""
	}
	return l.writer.says
}

// Stop has what is being written end, and gives the screen that tells what was done then; again tells that it was asked before. It
// gives nil where nothing is written.
func (l *Ledger) Stop() (screen view.Screen, again bool) {
	w := l.writer
	if w == nil {
		return nil, false
	}
	again, w.stopping = w.stopping, true
	w.cancel()
	return w.screen, again
}

// Unsaved counts the deeds that only this program can take back.
func (l *Ledger) Unsaved() int {
	n := 0
	for _, d := range l.deeds {
		if !d.Saved && !d.again && !d.Undone && len(d.Undo.Steps) > 0 {
			n++
		}
	}
	return n
}

func (l *Ledger) begin(w *writer) { l.writer = w }

func (l *Ledger) end() { l.writer = nil }

// follow notes what takes back all that was done so far. A deed is listed from the first thing on that there is to take back.
func (l *Ledger) follow(d *Deed, undo model.Plan) {
	d.Undo = undo
	if d.number == 0 && len(undo.Steps) > 0 {
		l.deeds = append(l.deeds, d)
		d.number = len(l.deeds)
	}
}

// Keep keeps a text as it was read, so that one can come back to it, and gives its name: that of its file, or one that it gets.
func (l *Ledger) Keep(name string, data []byte) string {
	if l.texts == nil {
		l.texts = map[string][]byte{}
	}
	if name == "" {
		l.named++
		name = "text " + strconv.Itoa(l.named)
	}
	l.texts[name] = data
	return name
}

// Text gives a text that was kept.
func (l *Ledger) Text(name string) ([]byte, bool) {
	data, ok := l.texts[name]
	return data, ok
}
