package scanner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/report"
	"canopy/model"
	"canopy/model/record"
)

// keepFor is how long an entry of the cache stays. Its scan is stale long before.
const keepFor = 90 * 24 * time.Hour

// unfinished begins the names of files that are being written.
const unfinished = ".new-"

// form is the version of the form of entries; others are passed over. Those of forms 1 and 2 may hold what a setting of the user's had
// filtered.
const form = 3

var errEntry = errors.New("the entry of the cache is damaged")

// CacheFolder is where scans on demand are kept: $XDG_CACHE_HOME/canopy/scans, else the cache folder of the user.
func CacheFolder(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "canopy", "scans"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "canopy", "scans"), nil
}

// key says what an entry is of: a scan is the same as long as image, scanner and data are.
type key struct {
	Digest, Platform, Scanner, Version string
	Database                           int64
}

// entry is the first line of a file of the cache. The second is the list of vulnerabilities.
type entry struct {
	Form int  `json:"form"`
	Key  key  `json:"key"`
	Scan kept `json:"scan"`
	// Size and Sum are those of the second line, without its end.
	Size int64  `json:"size"`
	Sum  string `json:"sum"`
}

// kept is what an entry holds of a record.
type kept struct {
	Source, Scanner, Version string
	Database                 int64
	Image                    string
	Digests                  []record.ScanDigest
	Platform                 string
	Scanned, Built           int64
	OS                       string
	Outlived                 bool
	Origin, Partial          string
	Filtered                 bool
	Counts, Excluded         *record.Counts
	ExcludedBy               string
}

// prefix is what the names of all entries of an image for a platform by a scanner begin with.
func (k key) prefix() string {
	platform := ""
	if k.Platform != "" {
		platform = strings.ReplaceAll(k.Platform, "/", "-") + "."
	}
	return strings.ReplaceAll(k.Digest, ":", "-") + "." + platform + strings.ToLower(k.Scanner) + "."
}

// name is that of the file.
func (k key) name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", k.Platform, k.Version, k.Database))
	return k.prefix() + hex.EncodeToString(sum[:6]) + ".json"
}

// usable tells that a scan can be found again: whoever does not know its data does not know whether it is the same.
func (k key) usable() bool {
	return reference.Digest(k.Digest) && checkPlatform(k.Platform) == nil && k.Version != "" && k.Database > 0 && (k.Scanner == "Trivy" || k.Scanner == "Grype")
}

// writeEntry keeps a scan, and takes earlier ones of the same image by the same scanner away. It gives the path.
func writeEntry(folder string, k key, s *record.Scan, lines []model.Vulnerability) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return "", err
	}
	body, err := json.Marshal(lines)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	e := entry{Form: form, Key: k, Size: int64(len(body)), Sum: hex.EncodeToString(sum[:]), Scan: kept{
		s.Source, s.Scanner, s.Version, s.Database, s.Image, s.Digests, s.Platform, s.Scanned, s.Built, s.OS, s.Outlived, s.Origin, s.Partial, s.Filtered, s.Counts, s.Excluded, s.ExcludedBy,
	}}
	head, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	// CreateTemp makes files that only their owner can read.
	file, err := os.CreateTemp(folder, unfinished+"*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(bytes.Join([][]byte{head, body, nil}, []byte("\n")))
	err = errors.Join(err, file.Close())
	path := filepath.Join(folder, k.name())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		if f.Name() != k.name() && strings.HasPrefix(f.Name(), k.prefix()) {
			_ = os.Remove(filepath.Join(folder, f.Name()))
		}
	}
	return path, nil
}

// record makes the record of an entry.
func (e *entry) record() *record.Scan {
	c := e.Scan
	s := &record.Scan{
		Source: c.Source, Scanner: c.Scanner, Version: c.Version, Database: c.Database, Image: c.Image, Digests: c.Digests, Platform: c.Platform, Scanned: c.Scanned,
		OS: c.OS, Outlived: c.Outlived, Built: c.Built, Origin: c.Origin, Partial: c.Partial, Filtered: c.Filtered, Listed: true,
	}
	if c.Counts != nil {
		counts := *c.Counts
		s.Counts = &counts
	}
	if c.Excluded != nil {
		excluded := *c.Excluded
		s.Excluded, s.ExcludedBy = &excluded, c.ExcludedBy
	}
	s.Meta = record.OwnMeta("ImageScan", "", report.ScanName(s))
	return s
}

// proves tells that the entry is of the image that its key names.
func (e *entry) proves() bool {
	for _, d := range e.Scan.Digests {
		if d.Digest == e.Key.Digest {
			return true
		}
	}
	return false
}

// readHead reads the first line of an entry, and whether the second is as long as that says.
func readHead(path string) (*entry, error) {
	file, info, err := openFile(path, os.OpenFile)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	// A first line holds a few digests, and no list.
	buffer := make([]byte, min(info.Size(), 64<<10))
	n, err := file.ReadAt(buffer, 0)
	if err != nil {
		return nil, errEntry
	}
	line, _, found := bytes.Cut(buffer[:n], []byte("\n"))
	var e entry
	if !found || json.Unmarshal(line, &e) != nil || e.Form != form || !e.Key.usable() || !e.proves() || filepath.Base(path) != e.Key.name() ||
		int64(len(line))+1+e.Size+1 != info.Size() {
		return nil, errEntry
	}
	return &e, nil
}

// readEntry reads a whole entry.
func readEntry(path string) (*entry, []model.Vulnerability, error) {
	e, err := readHead(path)
	if err != nil {
		return nil, nil, err
	}
	data, err := place{name: path}.read()
	if err != nil {
		return nil, nil, err
	}
	_, body, _ := bytes.Cut(data, []byte("\n"))
	body = bytes.TrimSuffix(body, []byte("\n"))
	var lines []model.Vulnerability
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != e.Sum || json.Unmarshal(body, &lines) != nil {
		return nil, nil, errEntry
	}
	return e, lines, nil
}

// LoadCache gives the records of the scans that earlier runs have made, the newest of each image and scanner. Entries that are damaged
// are passed over, and replaced by the next scan; those that nobody needs any more are taken away.
func (s *Store) LoadCache(ctx context.Context) ([]model.Record, error) {
	if s.cache == "" {
		return nil, nil
	}
	files, err := os.ReadDir(s.cache)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newest := map[model.Ref]*record.Scan{}
	var order []model.Ref
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(s.cache, f.Name())
		info, err := f.Info()
		if err != nil || !info.Mode().IsRegular() || filepath.Ext(path) != ".json" && !strings.HasPrefix(f.Name(), unfinished) {
			continue
		}
		if info.ModTime().Before(s.clock.Now().Add(-keepFor)) {
			_ = os.Remove(path)
			continue
		}
		e, err := readHead(path)
		if err != nil {
			continue
		}
		scan := s.cached(e, path)
		if scan == nil {
			continue
		}
		if newest[scan.Ref()] == nil {
			order = append(order, scan.Ref())
		}
		newest[scan.Ref()] = scan
	}
	records := make([]model.Record, 0, len(order))
	for _, ref := range order {
		records = append(records, newest[ref])
	}
	return records, nil
}

// cached makes the record of an entry and notes where it is; nil where a newer one is known or its lines cannot be read.
func (s *Store) cached(e *entry, path string) *record.Scan {
	scan := e.record()
	s.mutex.Lock()
	judged := len(s.statements) > 0
	s.mutex.Unlock()
	if judged {
		_, lines, err := readEntry(path)
		if err != nil {
			return nil
		}
		scan = s.counted(scan, lines)
	}
	if s.keep(held{scan: scan, file: place{name: path}, entry: true}) != scan {
		return nil
	}
	return scan
}
