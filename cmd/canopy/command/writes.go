package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"canopy/model"
)

// writes knows what the dashboard writes to clusters: what takes each of it back is kept until the user has it in a file. The zero
// value knows of nothing.
type writes struct {
	mutex sync.Mutex
	list  []*writing
	// over is closed when the screen has ended: nothing is to be begun any more.
	over bool
}

// writing is a plan that is or was written to a cluster.
type writing struct {
	context string
	undo    model.Plan
	cancel  context.CancelFunc
	// ended is closed when the writer has stopped.
	ended chan struct{}
	// journal holds the undo on the disk while the plan is written; nil where there is no place for it.
	journal *undoFile
}

var errOver = errors.New("nothing was written: canopy is being left")

// begin notes a plan that is about to be written. The context that it gives ends when the program is left.
func (w *writes) begin(ctx context.Context, name string, journal *undoFile) (context.Context, *writing, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.over {
		return nil, nil, errOver
	}
	ctx, cancel := context.WithCancel(ctx)
	one := &writing{context: name, cancel: cancel, ended: make(chan struct{}), journal: journal}
	w.list = append(w.list, one)
	return ctx, one, nil
}

// note takes what takes back all that was done so far.
func (w *writes) note(one *writing, undo model.Plan) error {
	w.mutex.Lock()
	one.undo = undo
	w.mutex.Unlock()
	if one.journal != nil {
		return one.journal.keep(undo)
	}
	return nil
}

// finish notes that the writer has stopped, and with what; nil where it has panicked. What was on the disk stays there only then, and
// where the screen has ended meanwhile, which does not know of it.
func (w *writes) finish(one *writing, undo *model.Plan) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	one.cancel()
	if undo != nil {
		one.undo = *undo
	}
	if one.journal != nil && undo != nil && (!w.over || len(undo.Steps) == 0) {
		// Where it cannot be removed there is a file too many.
		_ = one.journal.drop()
		one.journal = nil
	}
	close(one.ended)
}

// settle forgets what the user has in a file, or has taken back. On nil, which is where there is no screen, it does nothing.
func (w *writes) settle(name string, undo model.Plan) {
	if w == nil {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, one := range w.list {
		if one.context == name && one.isEnded() && reflect.DeepEqual(one.undo.Steps, undo.Steps) {
			one.undo.Steps = nil
		}
	}
}

func (w *writing) isEnded() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// stop has all writers stop, and gives those that had not when the screen ended.
func (w *writes) stop() []*writing {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.over = true
	var busy []*writing
	for _, one := range w.list {
		if !one.isEnded() {
			busy = append(busy, one)
			one.cancel()
		}
	}
	return busy
}

// stopping is how long a writer may take to stop: its last request is ended, and the server asked what came of it.
const stopping = 30 * time.Second

// leaveNothing is called once the screen has ended. It waits until nothing is being written any more, and saves what takes back what
// the screen could not tell of. Broken tells that the user did not leave by himself, so that nobody was warned of what is in no file.
func (r *run) leaveNothing(broken bool) {
	busy := r.writes.stop()
	if len(busy) > 0 {
		r.warn("canopy: changes were being written: waiting until that has stopped")
	}
	late := time.NewTimer(stopping)
	defer late.Stop()
	for _, one := range busy {
		select {
		case <-one.ended:
		case <-late.C:
			// What was sent is covered by what was kept before it was.
			r.warn("canopy: what writes to " + one.context + " does not stop; the undo covers the change that it was at")
			late.Reset(0)
		}
	}
	save := busy
	if broken {
		save = r.writes.all()
	}
	for _, one := range save {
		r.saveUndo(one)
	}
}

// all lists all that was written.
func (w *writes) all() []*writing {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return append([]*writing(nil), w.list...)
}

// saveUndo saves what takes a plan back, and says how that is done.
func (r *run) saveUndo(one *writing) {
	r.writes.mutex.Lock()
	undo, journal := one.undo, one.journal
	r.writes.mutex.Unlock()
	if len(undo.Steps) == 0 {
		return
	}
	path, err := "", errors.New("")
	if journal != nil {
		path, err = journal.path, journal.keep(undo)
	}
	for _, folder := range []string{r.paths().State, os.TempDir()} {
		if err == nil || folder == "" {
			break
		}
		var file *undoFile
		if file, err = newJournal(folder, one.context, time.Now()); err == nil {
			if path, err = file.path, file.keep(undo); err != nil {
				err = errors.Join(err, file.drop())
			}
		}
	}
	if err != nil {
		r.warn("canopy: what takes the changes to " + one.context + " back could not be kept: " + err.Error())
		return
	}
	told := "canopy: " + changeCount(len(undo.Steps)) + " written to " + one.context + " can be taken back with: canopy undo " + shellWord(path)
	r.warn(told)
	r.streams.Logs.Logger().Warn(told)
}

// newJournal makes a file for an undo in a folder that only this user may read.
func newJournal(folder, context string, at time.Time) (*undoFile, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	var err error
	// Two plans may be begun within a second.
	for n := range time.Duration(60) {
		var file *undoFile
		if file, err = newUndoFile(filepath.Join(folder, undoName(at.Add(n*time.Second))), context, at); err == nil {
			return file, nil
		}
	}
	return nil, err
}
