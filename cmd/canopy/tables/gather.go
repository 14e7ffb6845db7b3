package tables

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// gathered is what a source holds.
type gathered struct {
	// documents have names by which people find them: FILE, or FILE: MEMBER.
	documents []lifecycle.Document
	// passed are members that are no data, such as links within the archive and pages.
	passed []string
}

// local reads a file or a folder.
func local(ctx context.Context, from string) (*gathered, error) {
	info, err := os.Lstat(from)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("%s: it is a symbolic link: name what it leads to", from)
	case info.IsDir():
		return folder(ctx, from)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is no regular file (%s); give - for standard input", from, info.Mode().Type())
	}
	file, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if opened, err := file.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(fmt.Errorf("%s: it was exchanged while it was opened", from), err)
	}
	return stream(ctx, from, file, info.ModTime())
}

// folder reads all data in a folder and below it.
func folder(ctx context.Context, from string) (*gathered, error) {
	root, err := os.OpenRoot(from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	g, left, members := &gathered{}, newAllowance(), 0
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		at := from + ": " + name
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && name != "." {
				// Of a version control system, mostly; what it holds is not what stands in the folder.
				return fs.SkipDir
			}
			return nil
		}
		if members++; members > maxMembers {
			return tooMany(from)
		}
		switch {
		case entry.Type()&fs.ModeSymlink != 0:
			// Root refuses those that lead out of it.
			if _, err := root.Stat(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s: it is a symbolic link that leads out of the folder", at)
			}
			g.passed = append(g.passed, name)
			return nil
		case !entry.Type().IsRegular():
			return fmt.Errorf("%s: it is no regular file (%s)", at, entry.Type())
		case !holdsData(name):
			g.passed = append(g.passed, name)
			return nil
		}
		file, err := root.Open(name)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		defer func() { _ = file.Close() }()
		data, err := left.all(at, file)
		if err != nil {
			return err
		}
		written, err := entry.Info()
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		g.documents = append(g.documents, lifecycle.Document{Name: at, Data: data, Modified: written.ModTime()})
		return nil
	})
	return g, err
}

func tooMany(from string) error {
	return fmt.Errorf("%s: it holds more than %d files, which is more than is read", from, maxMembers)
}

// holdsData tells by its name that a member of many may be data. What is hidden, or in a folder that is, belongs to whoever looks after the
// files: workflows and the like.
func holdsData(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".json", ".yaml", ".yml":
		return !slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, ".") && part != "." })
	}
	return false
}
