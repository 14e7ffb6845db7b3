package lifecycle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Document is a file that somebody brings: its name for messages, and what is in it. Modified is when the file was last written: for the
// one format that does not tell its age in any way (Pluto's), and for vulnerabilities, which tell of the newest of them and not of the day on
// which there was none that is newer. It is zero where nobody knows.
type Document struct {
	Name     string
	Data     []byte
	Modified time.Time
}

// maxDocuments bounds how many files make one update, maxYAML the size of one that is YAML, which takes longer to read.
const (
	maxDocuments = 5000
	maxYAML      = 4 << 20
)

// ReadAny reads one file of any format that is known here, told by its content: our own, endoflife.date, eol.yaml, schedule.yaml and
// releases.yaml of kubernetes/website, OSV, k8s-cves, and versions.yaml of Pluto.
func ReadAny(name string, data []byte) (*Update, error) {
	return ReadAll([]Document{{Name: name, Data: data}})
}

// ReadAll reads several files, as out of a folder or an archive. Each is told by its content; an error names the file, and nothing is
// read then.
func ReadAll(documents []Document) (*Update, error) {
	if len(documents) == 0 {
		return nil, errors.New("there is no file to read")
	}
	if len(documents) > maxDocuments {
		return nil, fmt.Errorf("there are %d files, more than %d", len(documents), maxDocuments)
	}
	r := reading{osv: newGathering(osvSource()), cves: newGathering(k8sCVEsSource())}
	size := 0
	for _, d := range documents {
		if size += len(d.Data); size > MaxSize {
			return nil, fault(d.Name, errSize)
		}
		if err := r.read(d); err != nil {
			return nil, fault(d.Name, err)
		}
	}
	for _, g := range [...]*gathering{r.osv, r.cves} {
		u, err := g.update()
		if err != nil {
			return nil, fault(documents[0].Name, err)
		}
		if u != nil {
			r.updates = append(r.updates, u)
		}
	}
	merged := Merge(r.updates...)
	if err := merged.check(); err != nil {
		return nil, fault(documents[0].Name, err)
	}
	return merged, nil
}

// fault says in one line what is wrong with a file: errors of decoders repeat what is in it, at any length.
func fault(name string, err error) error { return fmt.Errorf("%s: %s", name, line(err.Error(), 240)) }

// reading is what was read so far. Vulnerabilities are gathered, because one source keeps each in a file of its own.
type reading struct {
	updates   []*Update
	osv, cves *gathering
}

func (r *reading) read(d Document) error {
	data := bytes.TrimSpace(bytes.TrimPrefix(d.Data, []byte("\xef\xbb\xbf")))
	switch {
	case len(data) == 0:
		return errors.New("is empty")
	case bytes.HasPrefix(data, []byte{0x1f, 0x8b}), bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return errors.New("is packed: give what is in it")
	case data[0] == '{':
		return r.object(d.Modified, data)
	case data[0] == '[':
		return r.list(&d, data)
	}
	return r.yaml(d.Modified, data)
}

// object tells what a JSON object is.
func (r *reading) object(modified time.Time, data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return fmt.Errorf("is cut or is no JSON: %w", err)
	}
	has := func(name string) bool { _, ok := fields[name]; return ok }
	switch {
	case has("canopyData"):
		return r.add(Decode(data))
	case has("affected") || has("withdrawn") && has("id"):
		r.osv.got(modified)
		return r.osv.osv(data)
	case has("result"):
		return r.add(readEndOfLifeV1(data))
	}
	for product := range fields {
		if products()[product] {
			return r.add(readEndOfLife(fields))
		}
	}
	return errors.New("is JSON of no kind that is known here")
}

// list tells what a JSON array is.
func (r *reading) list(d *Document, data []byte) error {
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil {
		return fmt.Errorf("is cut or is no JSON: %w", err)
	}
	if len(rows) == 0 || len(rows) > maxRows {
		return fmt.Errorf("is a list of %d", len(rows))
	}
	var probe struct {
		Affected json.RawMessage `json:"affected"`
		Cycle    any             `json:"cycle"`
	}
	if err := json.Unmarshal(rows[0], &probe); err != nil {
		return fmt.Errorf("entry 1: %w", err)
	}
	if product := strings.TrimSuffix(path.Base(d.Name), ".json"); probe.Cycle != nil {
		if !products()[product] {
			return fmt.Errorf("is a list of lines of releases, and its name says of no product that is known here")
		}
		return r.add(readEndOfLife(map[string]json.RawMessage{product: data}))
	}
	if probe.Affected == nil {
		return errors.New("is a JSON list of no kind that is known here")
	}
	r.osv.got(d.Modified)
	for i, row := range rows {
		if err := r.osv.osv(row); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	return nil
}

// yaml tells what a YAML document is, by the fields that only one kind has.
func (r *reading) yaml(modified time.Time, data []byte) error {
	if len(data) > maxYAML {
		return fmt.Errorf("is YAML of more than %d MB", maxYAML>>20)
	}
	var probe struct {
		Branches   []yaml.Node `yaml:"branches"`
		Schedules  []yaml.Node `yaml:"schedules"`
		Releases   []yaml.Node `yaml:"releases"`
		Deprecated []yaml.Node `yaml:"deprecated-versions"`
		CVE        string      `yaml:"cve"`
	}
	if err := yaml.Unmarshal(data, &probe); err != nil {
		return fmt.Errorf("is no JSON and no YAML: %w", err)
	}
	switch {
	case probe.CVE != "":
		r.cves.got(modified)
		return r.cves.k8sCVEs(data)
	case probe.Branches != nil:
		return r.add(readBranches(data))
	case probe.Schedules != nil:
		return r.add(readSchedule(data))
	case probe.Releases != nil:
		return r.add(readSiteReleases(data))
	case probe.Deprecated != nil:
		return r.add(readPluto(modified, data))
	}
	return errors.New("is YAML of no kind that is known here")
}

func (r *reading) add(u *Update, err error) error {
	if err == nil {
		r.updates = append(r.updates, u)
	}
	return err
}

// products are those that nodes and their control planes can be, by the names that endoflife.date has or is likely to give them: of some
// nothing is bundled, and a file may bring it. Of the hundreds of other products nothing is kept.
func products() map[string]bool {
	known := map[string]bool{}
	for _, p := range [...]string{
		Kubernetes, EKS, GKE, AKS, OpenShift, Containerd, Kernel, AlmaLinux, AmazonLinux, ContainerOS, Debian, Photon, RHEL, RockyLinux,
		SLES, SUSEMicro, Ubuntu, WindowsServer,
		"bottlerocket", "centos-stream", "cri-o", "docker-engine", "fedora", "flatcar", "k3s", "opensuse", "oracle-linux", "rke2", "talos",
	} {
		known[p] = true
	}
	return known
}
