package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"canopy/k8s/live/facts"
	"canopy/model"
	"canopy/model/record"
)

var (
	errIdle    = errors.New("the source is not running")
	errLooking = errors.New("objects are being looked at already")
	errLarge   = errors.New("the answer is larger than a Secret can be")
)

// maxSecret bounds an answer. The API server stores no Secret with more than 1 MiB of data; its metadata comes on top.
const maxSecret = 8 << 20

// InspectSecrets reads the Secrets that are known, one at a time, and sends what may be told of their values: facts, and prints if
// the inspector makes any; ConfigMaps are then looked through for the same values. Those of other namespaces than the given ones are left alone, as is what was told of them. The bytes of
// a Secret are cleared before the next one is read. One that may not be read gives facts that say so.
func (s *Source) InspectSecrets(ctx context.Context, namespaces []string, inspector model.Inspector, sink model.Sink, progress func(done, all int)) error {
	if !s.looking.TryLock() {
		return errLooking
	}
	defer s.looking.Unlock()
	names, err := s.secrets()
	if err != nil {
		return err
	}
	outside := func(namespace string) bool { return len(namespaces) > 0 && !slices.Contains(namespaces, namespace) }
	names = slices.DeleteFunc(names, func(n cache.ObjectName) bool { return outside(n.Namespace) })
	client, err := s.clients.rest(model.KindByName("Secret"))
	if err != nil {
		return err
	}
	printer, _ := inspector.(facts.Printer)
	if progress == nil {
		progress = func(int, int) {}
	}
	gone := maps.Clone(s.facts)
	maps.DeleteFunc(gone, func(ref, _ model.Ref) bool { return outside(ref.Namespace) })
	buffer, wanted := &wiped{}, map[uint64]struct{}{}
	for i, name := range names {
		progress(i, len(names))
		f, err := s.inspect(ctx, client, name, buffer, printer)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if faultOf(err).kind == faultAbsent {
			continue
		}
		if err != nil {
			f = &record.SecretFacts{Failed: failure(err)}
		}
		f.Meta = record.OwnMeta("SecretFacts", name.Namespace, name.Name)
		f.Read = s.options.Clock.Now().Unix()
		delete(gone, f.Ref())
		s.facts[f.Ref()] = f.Ref()
		sink.Change(model.Put(f))
		for _, n := range f.Prints {
			wanted[n] = struct{}{}
		}
	}
	for ref := range gone {
		delete(s.facts, ref)
		sink.Change(model.Drop(ref))
	}
	progress(len(names), len(names))
	if printer == nil {
		return nil
	}
	return s.findCopies(ctx, &copies{printer: printer, wanted: wanted}, namespaces, sink)
}

// failure says why a Secret could not be read. Nothing of an answer that was not an error is in it.
func failure(err error) string {
	if f := faultOf(err); f.kind != faultBroken {
		return f.reason
	}
	for _, known := range []error{errLarge, facts.ErrForm} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return faultOf(err).reason
}

// inspect reads one Secret.
func (s *Source) inspect(ctx context.Context, client rest.Interface, name cache.ObjectName, buffer *wiped, printer facts.Printer) (*record.SecretFacts, error) {
	ctx, cancel := s.clients.bounded(ctx)
	defer cancel()
	defer buffer.wipe()
	// A stream, since whoever reads a whole answer for us would leave copies behind.
	body, err := client.Get().Namespace(name.Namespace).Resource("secrets").Name(name.Name).
		SetHeader("Accept", runtime.ContentTypeProtobuf).MaxRetries(0).Stream(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	if err := buffer.read(body); err != nil {
		return nil, err
	}
	secret, err := facts.Read(buffer.data)
	if err != nil {
		return nil, err
	}
	return facts.Of(secret, printer), nil
}

// secrets names the Secrets that are known, in order.
func (s *Source) secrets() ([]cache.ObjectName, error) {
	keys, err := s.held("Secret")
	if err != nil {
		return nil, err
	}
	names := make([]cache.ObjectName, 0, len(keys))
	for _, k := range keys {
		if namespace, name, err := cache.SplitMetaNamespaceKey(k); err == nil {
			names = append(names, cache.NewObjectName(namespace, name))
		}
	}
	return names, nil
}

// held names all that is known of a kind of the core group, in order.
func (s *Source) held(kind string) ([]string, error) {
	s.mu.Lock()
	run := s.running
	s.mu.Unlock()
	if run == nil {
		return nil, errIdle
	}
	run.mu.Lock()
	b := run.branches[schema.GroupKind{Kind: kind}]
	run.mu.Unlock()
	if b == nil {
		return nil, fmt.Errorf("no %ss are read", kind)
	}
	keys := b.keys()
	if state := b.whole.state(); len(keys) == 0 && state.State != model.Complete {
		return nil, fmt.Errorf("no %ss are known: %s", kind, state.Reason)
	}
	return keys, nil
}

// keys names all that is held of the kind, in order.
func (b *branch) keys() []string {
	keys := b.whole.keys()
	b.mu.Lock()
	for _, part := range b.parts {
		keys = append(keys, part.keys()...)
	}
	b.mu.Unlock()
	slices.Sort(keys)
	return slices.Compact(keys)
}

// wiped is a buffer that is cleared after use, and before it is given up for a larger one.
type wiped struct {
	room, data []byte
}

// read reads to the end.
func (w *wiped) read(from io.Reader) error {
	n := 0
	for {
		if n == len(w.room) {
			if n >= maxSecret {
				return errLarge
			}
			larger := make([]byte, max(2*n, 64<<10))
			copy(larger, w.room)
			clear(w.room)
			w.room = larger
		}
		m, err := from.Read(w.room[n:])
		n += m
		if err == io.EOF {
			w.data = w.room[:n]
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (w *wiped) wipe() {
	clear(w.room)
	w.data = nil
}
