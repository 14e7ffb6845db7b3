package capture

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
	"canopy/k8s/served"
	"canopy/model"
	"canopy/model/mask"
)

// partSize is how much of one kind is held before it is written: a tar wants to know sizes beforehand.
const partSize = 8 * mib

// Export says what a capture of a live cluster holds and where it is read from.
type Export struct {
	// Config is the connection. Its timeout and its brake on requests are not used.
	Config *rest.Config
	// Kinds lists what is captured; nil means model.Kinds, and of model.OptionalKinds those that the server serves.
	Kinds []*model.Kind
	// Namespaces are tried one by one where a kind may not be listed everywhere, and after them the first of those that
	// the server lists.
	Namespaces []string
	// Clock gives the time of the capture.
	Clock model.Clock
	// Name is the context; Program the version of canopy.
	Name, Program string
	// Page is how many objects are asked for at once, and at most 50 reports of scanners; 0 means 500.
	Page int64
	// Inspector looks for credentials in Events, which quote what controllers were given; nil is nobody.
	Inspector model.Inspector
	// Extra gives files to add under extra/, by name: findings, for instance. It is called once all objects are written.
	Extra func() (map[string][]byte, error)
	// Progress is told after every kind; nil where nobody listens.
	Progress func(ManifestKind)
}

// Write captures a live cluster as a tar.gz: whole objects, masked, and a manifest with their SHA-256 sums. Kinds that may
// not be read are named in the manifest with the reason. It gives an error where nothing at all could be read, or where
// the writing fails. Memory stays bounded however large the cluster is.
func Write(ctx context.Context, out io.Writer, export Export) (*Manifest, error) {
	page := export.Page
	if page <= 0 {
		page = 500
	}
	l, err := newLister(export.Config, page)
	if err != nil {
		return nil, err
	}
	clock := export.Clock
	if clock == nil {
		clock = model.SystemClock{}
	}
	packed := gzip.NewWriter(out)
	w := &archiveWriter{tar: tar.NewWriter(packed), inspector: export.Inspector, fills: filler{running: map[string]bool{}}, manifest: &Manifest{Format: formatName, Version: formatVersion,
		Canopy: export.Program, Time: clock.Now().UTC().Truncate(time.Second), Name: export.Name, Server: l.server(ctx), Masked: true}}
	if err := w.file(markerName, []byte("A capture of a Kubernetes cluster by canopy. See "+manifestName+".\n")); err != nil {
		return nil, err
	}
	kinds := export.Kinds
	var unknown []ManifestKind
	if kinds == nil {
		var optional []*model.Kind
		optional, unknown = w.optional(ctx, l)
		kinds = append(model.Kinds(), optional...)
	}
	spaces := &namespaces{named: export.Namespaces, lister: l}
	read := false
	for _, kind := range kinds {
		states, err := w.kind(ctx, l, kind, spaces)
		if err != nil {
			return nil, err
		}
		for _, s := range states {
			read = read || s.State == model.Complete || s.Count > 0
			w.manifest.Kinds = append(w.manifest.Kinds, s)
			if export.Progress != nil {
				export.Progress(s)
			}
		}
	}
	if !read {
		reason := "no kinds"
		if len(w.manifest.Kinds) > 0 {
			reason = w.manifest.Kinds[0].Reason
		}
		return nil, fmt.Errorf("%w: %s", errNothing, reason)
	}
	w.manifest.Kinds = append(w.manifest.Kinds, unknown...)
	return w.manifest, errors.Join(w.finish(export.Extra), w.tar.Close(), packed.Close())
}

// optional gives the optional kinds that the server serves and those of which it does not say, and notes those that it does
// not serve.
func (w *archiveWriter) optional(ctx context.Context, l *lister) (kinds []*model.Kind, unknown []ManifestKind) {
	answer, err := served.Ask(ctx, l.client, model.OptionalKinds())
	if err != nil {
		answer = &served.Answer{}
	}
	for _, k := range model.OptionalKinds() {
		gk, reason := k.GroupKind(), answer.Silent[k.Group]
		if err != nil {
			reason = oneLine(err)
		}
		switch {
		case answer.Has(gk) != nil:
		case reason != "" && !answer.Twin(gk):
			unknown = append(unknown, ManifestKind{Group: k.Group, Version: k.Version, Kind: k.Kind, State: model.Absent,
				Reason: "whether the server has this kind is not known: " + reason})
		default:
			w.manifest.Unserved = append(w.manifest.Unserved, ManifestName{k.Group, k.Kind})
		}
	}
	return answer.Kinds, unknown
}

// archiveWriter writes the files of a capture and keeps their sums.
type archiveWriter struct {
	tar       *tar.Writer
	manifest  *Manifest
	inspector model.Inspector
	fills     filler
}

func (w *archiveWriter) file(name string, data []byte) error {
	h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: w.manifest.Time, Typeflag: tar.TypeReg}
	if err := w.tar.WriteHeader(h); err != nil {
		return err
	}
	if _, err := w.tar.Write(data); err != nil {
		return err
	}
	if name != manifestName {
		sum := sha256.Sum256(data)
		w.manifest.Files = append(w.manifest.Files, ManifestFile{name, hex.EncodeToString(sum[:]), int64(len(data))})
	}
	return nil
}

func (w *archiveWriter) finish(extra func() (map[string][]byte, error)) error {
	if extra != nil {
		files, err := extra()
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := w.file(extraFolder+name, files[name]); err != nil {
				return err
			}
		}
	}
	data, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	return w.file(manifestName, append(data, '\n'))
}

// part collects objects as lines until they fill a file.
type part struct {
	*archiveWriter
	kind   *model.Kind
	stem   string
	number int
	lines  bytes.Buffer
	count  int
	// failed is an error of writing, as against one of reading.
	failed error
}

func (p *part) add(u *unstructured.Unstructured) error {
	if p.kind.Group == "" && p.kind.Kind == "Pod" {
		p.fills.pod(u)
	}
	uses := usesOf(p.kind, u)
	mask.Object(u, p.inspector)
	noteUses(u, uses)
	line, err := json.Marshal(u.Object)
	if err != nil {
		return err
	}
	p.lines.Write(escapeUnseen(line))
	p.lines.WriteByte('\n')
	p.count++
	if p.lines.Len() < partSize {
		return nil
	}
	return p.flush()
}

func (p *part) flush() error {
	if p.lines.Len() == 0 {
		return nil
	}
	p.number++
	name := p.stem + ".json"
	if p.number > 1 {
		name = fmt.Sprintf("%s-%04d.json", p.stem, p.number)
	}
	p.failed = p.file(name, p.lines.Bytes())
	p.lines.Reset()
	return p.failed
}

// kind writes all objects of a kind that may be read, and says how that went. The error is one of writing, or the end of
// the context.
func (w *archiveWriter) kind(ctx context.Context, l *lister, kind *model.Kind, spaces *namespaces) ([]ManifestKind, error) {
	group := kind.Group
	if group == "" {
		group = "core"
	}
	p := &part{archiveWriter: w, kind: kind, stem: objectsFolder + group + "/" + kind.Resource}
	add := p.add
	if kind.Group == model.GroupKubescape && kind.Kind == "VulnerabilityManifest" {
		add = func(u *unstructured.Unstructured) error {
			w.fills.manifest(ctx, l, kind, u)
			return p.add(u)
		}
	}
	list := func(namespace string) (ManifestKind, error) {
		before, unfilled := p.count, w.fills.failed
		var err error
		if namespace != "" && !kind.Namespaced {
			err = l.one(ctx, kind, namespace, add)
		} else {
			err = l.list(ctx, kind, namespace, add)
		}
		if p.failed != nil || ctx.Err() != nil {
			return ManifestKind{}, errors.Join(p.failed, ctx.Err())
		}
		state, reason := stateOf(err, p.count > before)
		if err == nil && namespace != "" && !kind.Namespaced {
			state, reason = model.Partial, "read by its name: not all may be listed"
		}
		if n := w.fills.failed - unfilled; n > 0 && state == model.Complete {
			state, reason = model.Partial, fmt.Sprintf("%d of them could not be read whole: %s", n, w.fills.why)
		}
		return ManifestKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind, Namespace: namespace,
			Count: p.count - before, State: state, Reason: reason}, nil
	}
	all, err := list("")
	if err != nil {
		return nil, err
	}
	states := []ManifestKind{all}
	if all.State == model.Denied && (kind.Namespaced || kind.Group == "" && kind.Kind == "Namespace") {
		// Who may read what is in a namespace may mostly get the namespace too, and its labels say how strict it is.
		for _, n := range spaces.all(ctx) {
			one, err := list(n)
			if err != nil {
				return nil, err
			}
			states = append(states, one)
		}
	}
	return states, p.flush()
}

// stateOf tells what the end of a list means for the coverage.
func stateOf(err error, some bool) (model.CoverState, string) {
	switch {
	case err == nil:
		return model.Complete, ""
	case some:
		return model.Partial, "the list broke off: " + oneLine(err)
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return model.Denied, "not permitted: " + oneLine(err)
	case apierrors.IsNotFound(err), apierrors.IsMethodNotSupported(err):
		return model.Absent, "the server does not serve this kind"
	}
	return model.Partial, "could not be listed: " + oneLine(err)
}

func oneLine(err error) string {
	if g := guard.Of(err); g != nil {
		err = g
	}
	return guard.Brief(strings.Join(strings.Fields(err.Error()), " "))
}
