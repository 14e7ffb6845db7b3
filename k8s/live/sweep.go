package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "sigs.k8s.io/json"

	"canopy/k8s/guard"
	"canopy/k8s/live/sieve"
	"canopy/model"
	"canopy/model/leaves"
	"canopy/model/record"
)

// ErrSkipped tells that a sweep could not look at all kinds; what it has found of the others was sent.
var ErrSkipped = errors.New("not everything could be looked at")

// sweepLimit is how many objects a page of a sweep holds: custom resources may be as large as a server stores objects.
const sweepLimit = 50

// Sweep looks for credentials in custom resources, and in Events: objects of which no record is kept, or none that shows their
// fields. They are read page by page, and each is looked at and dropped. What is found is sent; what was found the last time and
// is no more is taken away. Where namespaces are given nothing else is asked for, and what was found elsewhere stays. Kinds that
// may not be read are named in an error that wraps ErrSkipped.
func (s *Source) Sweep(ctx context.Context, what model.SweepOptions, sink model.Sink) error {
	inspector := s.options.Inspector
	if inspector == nil {
		return errors.New("nobody is there to look for credentials")
	}
	if !s.looking.TryLock() {
		return errLooking
	}
	defer s.looking.Unlock()
	w := &sweep{source: s, inspector: inspector, sink: sink, namespaces: what.Namespaces, progress: what.Progress}
	if w.progress == nil {
		w.progress = func(string, int) {}
	}
	if what.CustomResources {
		kinds, err := s.clients.kinds(ctx)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			if leaves.Swept(k) {
				w.kind(ctx, k)
			}
		}
	}
	if what.Events {
		w.kind(ctx, model.KindByName("Event"))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(w.skipped) > 0 {
		return fmt.Errorf("%w: %s", ErrSkipped, strings.Join(w.skipped, "; "))
	}
	return nil
}

// sweep is one look at what is not watched.
type sweep struct {
	source    *Source
	inspector model.Inspector
	sink      model.Sink
	// namespaces are all that is looked at; none is everything.
	namespaces []string
	progress   func(kind string, objects int)
	objects    int
	skipped    []string
}

// kind looks at all objects of a kind: in the namespaces that were asked for, else everywhere, or where that is denied in those that
// the source was told of.
func (w *sweep) kind(ctx context.Context, kind *model.Kind) {
	if ctx.Err() != nil || len(w.namespaces) > 0 && !kind.Namespaced {
		return
	}
	found := map[model.Ref]bool{}
	w.progress(kind.Kind, w.objects)
	var inside func(namespace string) bool
	var err error
	if len(w.namespaces) > 0 {
		var seen []string
		seen, err = w.scopes(ctx, kind, w.namespaces, found)
		inside = func(namespace string) bool { return slices.Contains(seen, namespace) }
	} else {
		inside, err = w.everywhere(ctx, kind, found)
	}
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		w.skipped = append(w.skipped, strings.TrimSuffix(kind.Resource+"."+kind.Group, ".")+" ("+guard.Brief(err.Error())+")")
	}
	for ref, object := range w.source.swept {
		if object.GroupKind() == kind.GroupKind() && !found[ref] && inside(object.Namespace) {
			delete(w.source.swept, ref)
			w.sink.Change(model.Drop(ref))
		}
	}
}

// everywhere looks at all objects of a kind, or where that is denied at those of the namespaces that the source was told of. It
// tells where it has looked.
func (w *sweep) everywhere(ctx context.Context, kind *model.Kind, found map[model.Ref]bool) (inside func(namespace string) bool, err error) {
	f := faultOf(w.scope(ctx, kind, "", found))
	switch {
	case f.kind == faultNone:
		return func(string) bool { return true }, nil
	case f.kind != faultDenied || !kind.Namespaced:
		return func(string) bool { return false }, errors.New(f.reason)
	}
	options := &w.source.options
	spaces := options.Namespaces
	if len(spaces) == 0 {
		spaces = []string{options.ContextNamespace}
	}
	seen, _ := w.scopes(ctx, kind, spaces, found)
	err = errors.New(f.reason)
	if len(seen) > 0 {
		err = fmt.Errorf("only in %s: %s", strings.Join(seen, ", "), f.reason)
	}
	return func(namespace string) bool { return slices.Contains(seen, namespace) }, err
}

// scopes looks at the objects of a kind in some namespaces, and tells in which it could; the error says why not in the others.
func (w *sweep) scopes(ctx context.Context, kind *model.Kind, namespaces []string, found map[model.Ref]bool) (seen []string, err error) {
	var lost []string
	for _, space := range namespaces {
		if err := w.scope(ctx, kind, space, found); err != nil {
			lost = append(lost, space+": "+faultOf(err).reason)
			continue
		}
		seen = append(seen, space)
	}
	if len(lost) > 0 {
		err = errors.New(strings.Join(lost, ", "))
	}
	return seen, err
}

// scope looks at the objects of a kind in one namespace, or in all.
func (w *sweep) scope(ctx context.Context, kind *model.Kind, namespace string, found map[model.Ref]bool) error {
	client, err := w.source.clients.untyped(kind)
	if err != nil {
		return err
	}
	reader := objectReader{client: client, kind: kind, namespace: namespace}
	options := metav1.ListOptions{Limit: sweepLimit}
	var fields record.Fields
	if kind.Kind == "Event" && kind.Group == "" {
		fields = record.Fields{"metadata": {"name": nil, "namespace": nil}, "message": nil}
	}
	watched := w.source.reading(kind.GroupKind()) != nil
	var seen guard.Pages
	for {
		body, err := reader.request(&options).Stream(ctx)
		if err != nil {
			return err
		}
		info, err := sieve.New(body).List(fields, func(item []byte) error {
			var tree map[string]any
			if err := kjson.UnmarshalCaseSensitivePreserveInts(item, &tree); err != nil {
				return err
			}
			w.look(kind, tree, watched, found)
			return nil
		})
		_ = body.Close()
		if err != nil {
			return err
		}
		w.progress(kind.Kind, w.objects)
		if options.Continue = info.Continue; options.Continue == "" {
			return nil
		}
		if err := seen.Next(options.Continue); err != nil {
			return err
		}
	}
}

// look looks at one object. The annotations of those that are watched were looked at when their records were made.
func (w *sweep) look(kind *model.Kind, tree map[string]any, watched bool, found map[model.Ref]bool) {
	w.objects++
	metadata, _ := tree["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	namespace, _ := metadata["namespace"].(string)
	if watched {
		delete(metadata, "annotations")
	}
	list := leaves.Inspect(w.inspector, tree)
	if len(list) == 0 {
		return
	}
	object := kind.Ref(namespace, name)
	r := record.MakeSweep(object, list)
	found[r.Ref()] = true
	w.source.swept[r.Ref()] = object
	w.sink.Change(model.Put(r))
}
