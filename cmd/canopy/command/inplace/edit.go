package inplace

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"canopy/analysis/manifest/splice"
	"canopy/model"
)

// Change is a step to be done in files.
type Change struct {
	Step model.Step
	// Text is the document of an object to create.
	Text []byte
	// Beside lists objects in whose file a created object may stand, the best first. The first that stands in a file of YAML is
	// taken; where none does, the object gets a file of its own.
	Beside []model.Ref
	// Skip says why the step is not to be done; "" where it is.
	Skip string
}

// Result is what the files would be.
type Result struct {
	// Files are those that change, sorted by name.
	Files []File
	// Left are the steps that could not be done.
	Left []Left

	seen *Seen
}

// File is one file as it is and as it would be.
type File struct {
	// Name is as the user named it, or what leads to it.
	Name string
	// Created tells a file that is not there yet.
	Created       bool
	Before, After []byte
}

// Left is a step that could not be done, and why.
type Left struct {
	// Change is its index.
	Change int
	Step   model.Step
	// File and Line tell where; "" and 0 where that is not known.
	File   string
	Line   int
	Reason string
}

// String is it in one line.
func (l *Left) String() string {
	place := ""
	switch {
	case l.Line > 0:
		place = fmt.Sprintf("%s:%d: ", l.File, l.Line)
	case l.File != "":
		place = l.File + ": "
	}
	return place + string(l.Step.Verb) + " " + l.Step.Ref.String() + ": " + l.Reason
}

// editor works on texts in memory.
type editor struct {
	seen  *Seen
	where model.Locator
	files map[string]*file
	left  []Left
}

// failure is why a step could not be done, and where.
type failure struct {
	file string
	line int
	err  error
}

// Error is the reason alone.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap gives the reason.
func (f *failure) Unwrap() error { return f.err }

var (
	errNowhere = errors.New("it stands in no file")
	errEarlier = errors.New("what is to take its place, or comes before it, could not be done, so it stays")
)

// Edit works out what files would be once changes are done, in order. Where tells in which file an object stands. A step that cannot be
// done leaves all others as they are, but for deletions after it: what they remove may be needed then.
func (s *Seen) Edit(changes []Change, where model.Locator) *Result {
	e := &editor{seen: s, where: where, files: map[string]*file{}}
	for i := range changes {
		if err := e.do(&changes[i]); err != nil {
			var f *failure
			if !errors.As(err, &f) {
				f = &failure{err: err}
			}
			e.left = append(e.left, Left{i, changes[i].Step, f.file, f.line, f.err.Error()})
		}
	}
	r := &Result{Left: e.left, seen: s}
	for _, name := range slices.Sorted(maps.Keys(e.files)) {
		if f := e.files[name]; f.created || string(f.before) != string(f.text) {
			r.Files = append(r.Files, File{name, f.created, f.before, f.text})
		}
	}
	return r
}

func (e *editor) do(c *Change) error {
	if c.Skip != "" {
		return e.placed(c.Step.Ref, errors.New(c.Skip))
	}
	switch c.Step.Verb {
	case model.Create:
		return e.create(c)
	case model.Patch, model.Delete:
	default:
		return fmt.Errorf("the verb %q is not known", c.Step.Verb)
	}
	if c.Step.Verb == model.Delete && len(e.left) > 0 {
		return e.placed(c.Step.Ref, errEarlier)
	}
	f, line, err := e.open(c.Step.Ref)
	if err != nil {
		return err
	}
	if c.Step.Verb == model.Delete {
		err = f.remove(c.Step.Ref, line)
	} else {
		err = f.patch(c.Step, line)
	}
	if err != nil {
		var at *splice.Error
		if errors.As(err, &at) && at.Line > 0 {
			return &failure{f.name, at.Line, errors.New(at.Reason)}
		}
		return &failure{f.name, line, err}
	}
	return nil
}

// placed gives an error with the place of an object.
func (e *editor) placed(ref model.Ref, err error) error {
	name, line, _ := e.locate(ref)
	return &failure{name, line, err}
}

func (e *editor) locate(ref model.Ref) (name string, line int, ok bool) {
	if e.where == nil {
		return "", 0, false
	}
	return e.where.Locate(ref, "")
}

// open gives the file that an object stands in, and the line.
func (e *editor) open(ref model.Ref) (*file, int, error) {
	name, line, ok := e.locate(ref)
	if !ok {
		return nil, 0, errNowhere
	}
	f := e.files[name]
	if f == nil {
		var err error
		if f, err = e.read(name); err != nil {
			return nil, 0, &failure{name, line, err}
		}
		e.files[name] = f
	}
	return f, line, nil
}

// read reads a file that is to be edited.
func (e *editor) read(name string) (*file, error) {
	path, _, err := e.seen.unchanged(name)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return newFile(name, text)
}

// create adds an object to a file.
func (e *editor) create(c *Change) error {
	var reasons []string
	for _, ref := range c.Beside {
		f, _, err := e.open(ref)
		if err != nil {
			continue
		}
		text, err := f.follow(c)
		if err == nil {
			err = f.add(text)
		}
		if err != nil {
			reasons = append(reasons, f.name+": "+err.Error())
			continue
		}
		return nil
	}
	name, err := e.newName(c)
	if err != nil {
		return err
	}
	if _, taken := e.files[name]; taken || exists(name) {
		return &failure{name, 0, errors.New(strings.Join(append(reasons, "the file is there already"), "; "))}
	}
	text := c.Text
	for _, ref := range c.Beside {
		if f, _, err := e.open(ref); err == nil {
			if text, err = f.follow(c); err != nil {
				return &failure{name, 0, err}
			}
			break
		}
	}
	e.files[name] = &file{name: name, created: true, text: text}
	return nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// newName gives the name of the file that a created object gets: canopy-KIND-NAME.yaml, beside the file of the first object that it
// may stand with, else in the first folder that the user named.
func (e *editor) newName(c *Change) (string, error) {
	folder := ""
	for _, ref := range c.Beside {
		if name, _, ok := e.locate(ref); ok {
			if _, _, err := e.seen.unchanged(name); err == nil {
				folder = filepath.Dir(name)
				break
			}
		}
	}
	if folder == "" {
		if len(e.seen.roots) == 0 {
			return "", errNowhere
		}
		r := e.seen.roots[0]
		folder = r.name
		if !r.folder {
			folder = filepath.Dir(r.name)
		}
	}
	name := strings.Map(fileRune, strings.ToLower(c.Step.Ref.Kind)+"-"+c.Step.Ref.Name)
	return filepath.Join(folder, "canopy-"+cmp.Or(name, "object")+".yaml"), nil
}

// fileRune keeps what a name of a file may hold anywhere.
func fileRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
		return r
	}
	return '_'
}
