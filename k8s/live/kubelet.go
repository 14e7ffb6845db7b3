package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
	"canopy/model"
	"canopy/model/record"
)

const (
	// askedAtOnce is how many kubelets are asked at one time, answerTime how long one may take, and configLimit what an answer may hold:
	// a node may be in somebody's hands. A configuration takes some KiB.
	askedAtOnce = 4
	answerTime  = 10 * time.Second
	configLimit = 1 << 20
)

var (
	errAsking     = errors.New("kubelets are being asked already")
	errConfigSize = fmt.Errorf("the kubelet's answer is larger than %d MiB", configLimit>>20)
)

// KubeletsReadable says why the configuration of kubelets cannot be read: nil where the user may get nodes/proxy. It asks the server for
// the user's rights, and no kubelet.
func (s *Source) KubeletsReadable(ctx context.Context) error {
	ctx, cancel := s.clients.bounded(ctx)
	defer cancel()
	allowed, reason, err := s.clients.mayProxyNodes(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("the server does not say whether this user may get nodes/proxy: %s", faultOf(err).reason)
	case allowed:
		return nil
	case reason != "":
		return fmt.Errorf("you may not get nodes/proxy, by which a kubelet is asked for its configuration; the server says: %s", guard.Brief(reason))
	}
	return errors.New("you may not get nodes/proxy, by which a kubelet is asked for its configuration")
}

// ReadKubelets asks the kubelets of the nodes that are known, or of those that are named, for their configuration, and sends what may be
// told of it. One that cannot be asked gives facts that say so. What was told of nodes that are gone is taken away. Where the user may not
// get nodes/proxy no kubelet is asked at all.
func (s *Source) ReadKubelets(ctx context.Context, nodes []string, sink model.Sink, progress func(done, all int)) error {
	if !s.asking.TryLock() {
		return errAsking
	}
	defer s.asking.Unlock()
	known, err := s.held("Node")
	if err != nil {
		return err
	}
	if err := s.KubeletsReadable(ctx); err != nil {
		return err
	}
	client, err := s.clients.kubelets()
	if err != nil {
		return err
	}
	for ref := range s.kubelets {
		if !slices.Contains(known, ref.Name) {
			delete(s.kubelets, ref)
			sink.Change(model.Drop(ref))
		}
	}
	names := known
	if len(nodes) > 0 {
		names = slices.DeleteFunc(slices.Clone(known), func(n string) bool { return !slices.Contains(nodes, n) })
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	progress(0, len(names))
	done := 0
	for f := range s.ask(ctx, client, names) {
		if ctx.Err() != nil {
			continue
		}
		s.kubelets[f.Ref()] = struct{}{}
		sink.Change(model.Put(f))
		done++
		progress(done, len(names))
	}
	return ctx.Err()
}

// ask asks kubelets, a few at once, until the context ends. The channel is closed once all have answered, and has to be read until then.
func (s *Source) ask(ctx context.Context, client rest.Interface, names []string) <-chan *record.KubeletFacts {
	work, answers := make(chan string), make(chan *record.KubeletFacts)
	ended := make(chan struct{})
	workers := min(askedAtOnce, len(names))
	for range workers {
		go guarded(func() {
			defer func() { ended <- struct{}{} }()
			for name := range work {
				answers <- s.kubelet(ctx, client, name)
			}
		})()
	}
	go guarded(func() {
		defer close(answers)
		for _, name := range names {
			if ctx.Err() != nil {
				break
			}
			work <- name
		}
		close(work)
		for range workers {
			<-ended
		}
	})()
	return answers
}

// kubelet asks one.
func (s *Source) kubelet(ctx context.Context, client rest.Interface, name string) *record.KubeletFacts {
	config, err := readConfig(s.clients.logged(ctx), client, name)
	f := record.MakeKubeletFacts(name, config, s.options.Clock.Now().Unix())
	if err != nil {
		f.Failed = unasked(err)
	}
	return f
}

func readConfig(ctx context.Context, client rest.Interface, name string) (record.KubeletConfig, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	body, err := client.Get().Resource("nodes").Name(name).SubResource("proxy").Suffix("configz").
		SetHeader("Accept", "application/json").MaxRetries(0).Stream(ctx)
	if err != nil {
		return record.KubeletConfig{}, err
	}
	defer func() { _ = body.Close() }()
	data, err := io.ReadAll(body)
	if err != nil {
		return record.KubeletConfig{}, err
	}
	return record.ReadKubelet(data)
}

// unasked says why a kubelet gave no configuration. The user has just been found to have the right, so that a refusal of credentials is
// most likely the kubelet's.
func unasked(err error) string {
	for _, known := range []error{errConfigSize, record.ErrNoKubelet} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	switch f := faultOf(err); {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", answerTime)
	case errors.Is(err, guard.ErrWrite):
		return "the answer leads elsewhere, which is not followed"
	case f.kind == faultDenied:
		return "forbidden: " + f.reason
	case f.kind == faultLogin:
		return "forbidden: the credentials are not accepted (401), by the kubelet or by the server"
	case f.kind == faultAbsent:
		return "there is no such node, or its kubelet does not tell its configuration (404)"
	default:
		return f.reason
	}
}
