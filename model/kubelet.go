package model

import "context"

// KubeletReader is a source that can ask kubelets for their configuration through the API server. That takes the permission nodes/proxy,
// which also lets its holder run commands in every pod: it is used only on demand, and only by who holds it anyway. The facts go to the sink
// as records of the kind KubeletFacts.
type KubeletReader interface {
	// KubeletsReadable says why they cannot be asked: nil where the user holds the permission. It asks the server, and no kubelet.
	KubeletsReadable(ctx context.Context) error
	// ReadKubelets asks the kubelets of nodes, or all where none is named, a few at once.
	ReadKubelets(ctx context.Context, nodes []string, sink Sink, progress func(done, all int)) error
}
