package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/bundle"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// bundle gives the files of a fix: its documents, what takes them back, what keeps the findings from coming back.
func (s *session) bundle(ctx context.Context, report *model.Report, findings []*model.Finding, fix *remedy.Fix) ([]bundle.File, error) {
	guard, err := s.guards(ctx, findings)
	if err != nil {
		return nil, err
	}
	source := s.source.Name
	if report.Source.Server != "" {
		source += ", server " + report.Source.Server
	}
	return bundle.Make(bundle.Input{
		Fix: fix, Guard: guard, Source: source, Report: report,
		Before: func(ref model.Ref) *unstructured.Unstructured {
			object, err := s.source.Get(ctx, ref)
			if err != nil {
				// What is not known is told in the files.
				return nil
			}
			return object
		},
	})
}

// emptyFolder tells whether files can be written into a folder: one that is not there, or holds nothing. What somebody has there stays
// as it is.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s holds files already, which stay as they are: name a new folder", dir)
	}
	return nil
}

// writeFix writes a fix into a directory, which is made where it is missing.
func (r *run) writeFix(ctx context.Context, s *session, dir string, report *model.Report, findings []*model.Finding, fix *remedy.Fix) error {
	files, err := s.bundle(ctx, report, findings, fix)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := emptyFolder(dir); err != nil {
		return err
	}
	return writeFiles(dir, files)
}

// writeFiles writes new files into a folder. Where one cannot be written none stays.
func writeFiles(dir string, files []bundle.File) error {
	for i, f := range files {
		mode := os.FileMode(0o644)
		if f.Private {
			mode = 0o600
		}
		if err := newFile(inFolder(dir, f), mode, f.Content); err != nil {
			for _, before := range files[:i] {
				err = errors.Join(err, os.Remove(inFolder(dir, before)))
			}
			return err
		}
	}
	return nil
}

// inFolder is the path of a file. A name that came from an object must not lead out of the folder, whoever made it.
func inFolder(dir string, f bundle.File) string { return filepath.Join(dir, filepath.Base(f.Name)) }

// newFile writes a file that was not there, or none.
func newFile(path string, mode os.FileMode, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = output.Guard(file).Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// replaceFile puts a file in the place of another at once, or of none. A link is replaced, not followed.
func replaceFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".canopy-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// ExportFix writes the documents of a fix into a new folder.
func (d *desk) ExportFix(folder string, fix *remedy.Fix) error {
	report := d.engine.Report()
	var findings []*model.Finding
	for _, id := range closedBy(fix) {
		if f := report.Findings.Get(id); f != nil {
			findings = append(findings, f)
		}
	}
	// Who leaves the session waits for nothing.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer context.AfterFunc(d.idle, cancel)()
	files, err := d.bundle(ctx, report, findings, fix)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	// That it is made here is what tells that it is new.
	if err := os.Mkdir(folder, 0o700); err != nil {
		if errors.Is(err, os.ErrExist) {
			return fmt.Errorf("export: %s is there already, and stays as it is", folder)
		}
		return fmt.Errorf("export: %w", err)
	}
	if err := writeFiles(folder, files); err != nil {
		return fmt.Errorf("export: %w", errors.Join(err, os.RemoveAll(folder)))
	}
	return nil
}
