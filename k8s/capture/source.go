package capture

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/mask"
)

// batch is how many changes are handed to a sink at once.
const batch = 512

// Source is a capture in memory. It is a model.Source, a model.Writer whose writes stay in memory, a model.Locator, a
// model.EventSource and a model.Sweeper. It is safe for use by many goroutines.
type Source struct {
	*decoder
	mu       sync.Mutex
	info     model.SourceInfo
	objects  map[key]*object
	kinds    map[schema.GroupKind]*model.Kind
	coverage []model.Coverage
	problems []Problem
	events   ring
	feeds    map[*feed]bool
	// withheld tells that a capture of ours was among what was read.
	withheld bool
	// gone holds what writes removed, so that an undo brings back the very same.
	gone map[key]*object
	// shape is the text that was parsed last to locate a field.
	shape    *shape
	locating sync.Mutex
	// sweeping is held while objects are looked at on demand; swept names the records that the last time has left.
	sweeping sync.Mutex
	swept    map[model.Ref]bool
}

var (
	_ model.Source      = (*Source)(nil)
	_ model.Writer      = (*Source)(nil)
	_ model.Locator     = (*Source)(nil)
	_ model.EventSource = (*Source)(nil)
	_ model.Sweeper     = (*Source)(nil)
)

func (c *collector) source(info model.SourceInfo) *Source {
	return &Source{decoder: c.decoder, info: info, objects: c.objects, kinds: c.kinds, problems: c.problems.all(),
		events: c.events, feeds: map[*feed]bool{}, gone: map[key]*object{}}
}

// Problems lists what could not be read as it stands, in the order of the files. Its texts may hold hostile words of them.
func (s *Source) Problems() []Problem { return slices.Clone(s.problems) }

// Withheld says what cannot be found in the source though it may be in the cluster, since a capture of ours holds masks in its place; ""
// where none was read. Whoever looks for credentials has to tell it.
func (s *Source) Withheld() string {
	if !s.withheld {
		return ""
	}
	return "values in a capture are masked: credentials in variables, commands, arguments, probes, ConfigMaps and annotations cannot be found in it; " +
		"report.json within it has what was found when it was made"
}

// Info says what the source is.
func (s *Source) Info() model.SourceInfo { return s.info }

// Events gives the newest events, the oldest first, and how many older ones were let go.
func (s *Source) Events() (events []model.Event, dropped int) { return s.events.all() }

// Kinds lists the kinds that the source knows: the built-in ones and those that the capture holds or defines.
func (s *Source) Kinds(context.Context) ([]*model.Kind, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	custom := slices.SortedFunc(maps.Values(s.kinds), func(a, b *model.Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
	return append(model.Kinds(), custom...), nil
}

// guessedKind describes a kind of which nothing but a reference is known, and its scope where it is an optional one.
func guessedKind(ref model.Ref) *model.Kind {
	if k := model.OptionalKind(ref.GroupKind()); k != nil {
		kind := *k
		kind.Version = ref.Version
		return &kind
	}
	gvk := schema.GroupVersionKind{Group: ref.Group, Version: ref.Version, Kind: ref.Kind}
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	return &model.Kind{Group: ref.Group, Version: ref.Version, Kind: ref.Kind, Resource: plural.Resource, Namespaced: ref.Namespace != ""}
}

// Get gives one object as the capture has it, in the version that its kind is read in, masked.
func (s *Source) Get(_ context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	s.mu.Lock()
	o := s.objects[keyOf(ref)]
	s.mu.Unlock()
	if o == nil {
		return nil, fmt.Errorf("%s: %w", ref, model.ErrNotFound)
	}
	tree, err := s.tree(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	u := &unstructured.Unstructured{Object: tree}
	mask.Object(u, s.maker.Inspector)
	return u, nil
}

// tree gives an object whole, but for the values of Secrets, which are not kept.
func (d *decoder) tree(o *object) (map[string]any, error) {
	if len(o.written) > 0 {
		data, err := o.written.unpack()
		if err != nil {
			return nil, err
		}
		return parseTree(data)
	}
	tree, err := o.text.tree(o.place, &d.limits)
	if err != nil {
		return nil, err
	}
	if w := writtenAs(o.record); w != "" {
		gv, err := schema.ParseGroupVersion(w)
		if err != nil {
			return nil, err
		}
		if r, _ := readingOf(gv.WithKind(o.ref.Kind)); r.convert != nil {
			r.convert(tree)
		}
	}
	tree["apiVersion"], tree["kind"] = o.ref.APIVersion(), o.ref.Kind
	u := unstructured.Unstructured{Object: tree}
	u.SetName(o.ref.Name)
	u.SetNamespace(o.ref.Namespace)
	return tree, nil
}

// writtenAs gives the apiVersion that the file used, where it differs.
func writtenAs(r model.Record) string {
	if w, ok := r.(interface{ WrittenAs() string }); ok {
		return w.WrittenAs()
	}
	return ""
}

// feed is one run of the source: the changes that its sink has not seen yet.
type feed struct {
	pending []model.Change
	wake    chan struct{}
}

// Run hands all objects to the sink, then the coverage, then every change that a write makes, until the context ends.
func (s *Source) Run(ctx context.Context, sink model.Sink) error {
	sink.Identify(s.info)
	f := &feed{wake: make(chan struct{}, 1)}
	s.mu.Lock()
	list := s.sorted()
	coverage := slices.Clone(s.coverage)
	s.feeds[f] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.feeds, f)
		s.mu.Unlock()
	}()
	for chunk := range slices.Chunk(list, batch) {
		if ctx.Err() != nil {
			return nil
		}
		sink.Change(chunk...)
	}
	sink.Cover(coverage...)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-f.wake:
		}
		s.mu.Lock()
		changes := f.pending
		f.pending = nil
		s.mu.Unlock()
		for chunk := range slices.Chunk(changes, batch) {
			sink.Change(chunk...)
		}
	}
}

// sorted lists all objects as changes: in the order of the kinds, then by reference.
func (s *Source) sorted() []model.Change {
	rank := map[schema.GroupKind]int{}
	for i, k := range model.Kinds() {
		rank[k.GroupKind()] = i - len(model.Kinds())
	}
	list := make([]model.Change, 0, len(s.objects))
	for _, o := range s.objects {
		list = append(list, model.Put(o.record))
	}
	inorder.Sort(list, func(a, b model.Change) int {
		return cmp.Or(cmp.Compare(rank[a.Ref.GroupKind()], rank[b.Ref.GroupKind()]), a.Ref.Compare(b.Ref))
	})
	return list
}

// publish queues changes for every run. The caller holds the lock.
func (s *Source) publish(changes ...model.Change) {
	for f := range s.feeds {
		f.pending = append(f.pending, changes...)
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}
