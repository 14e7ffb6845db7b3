package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// KubeletConfig is what is read of the configuration of a kubelet. A pointer is nil, and a text empty, where the configuration does not say,
// so that the kubelet's default holds.
type KubeletConfig struct {
	Anonymous         *bool
	Authorization     string
	ReadOnlyPort      *int32
	RotateCertificate *bool
	ServerTLS         *bool
	FailCgroupV1      *bool
	ProtectKernel     *bool
	EventRecordQPS    *int32
	// StreamingIdle is as written: 4h0m0s.
	StreamingIdle string
	// ClientCA tells that clients are told by certificates.
	ClientCA bool
}

// ErrNoKubelet is what every error of ReadKubelet wraps.
var ErrNoKubelet = errors.New("this is no configuration of a kubelet")

// ReadKubelet reads a KubeletConfiguration in JSON, as /configz gives it or as it stands in a file. What a kubelet would not start with is
// an error, since what it falls back to is not known.
func ReadKubelet(data []byte) (KubeletConfig, error) {
	var tree map[string]any
	// The error is not told: it may quote what was read.
	if json.Unmarshal(data, &tree) != nil {
		return KubeletConfig{}, ErrNoKubelet
	}
	// /configz does not say the kind before 1.30.
	if inner, ok := tree["kubeletconfig"].(map[string]any); ok {
		tree = inner
	} else if tree["kind"] != "KubeletConfiguration" {
		return KubeletConfig{}, ErrNoKubelet
	}
	r := fieldReader{}
	c := KubeletConfig{
		Anonymous:         r.flag(r.branch(tree, "authentication", "anonymous"), "enabled"),
		Authorization:     r.text(r.branch(tree, "authorization"), "mode"),
		ReadOnlyPort:      r.number(tree, "readOnlyPort"),
		RotateCertificate: r.flag(tree, "rotateCertificates"),
		ServerTLS:         r.flag(tree, "serverTLSBootstrap"),
		FailCgroupV1:      r.flag(tree, "failCgroupV1"),
		ProtectKernel:     r.flag(tree, "protectKernelDefaults"),
		EventRecordQPS:    r.number(tree, "eventRecordQPS"),
		StreamingIdle:     r.text(tree, "streamingConnectionIdleTimeout"),
		ClientCA:          r.text(r.branch(tree, "authentication", "x509"), "clientCAFile") != "",
	}
	if r.wrong != "" {
		return KubeletConfig{}, fmt.Errorf("%w: %s is of another type", ErrNoKubelet, r.wrong)
	}
	return c, nil
}

// fieldReader reads fields that may be missing, and notes the first one that is of another type.
type fieldReader struct{ wrong string }

// fieldAs gives a field; false where it is missing, or null.
func fieldAs[T any](r *fieldReader, tree map[string]any, name string) (v T, ok bool) {
	if tree[name] == nil {
		return v, false
	}
	if v, ok = tree[name].(T); !ok && r.wrong == "" {
		r.wrong = name
	}
	return v, ok
}

func (r *fieldReader) branch(tree map[string]any, path ...string) map[string]any {
	for _, step := range path {
		tree, _ = fieldAs[map[string]any](r, tree, step)
	}
	return tree
}

func (r *fieldReader) flag(tree map[string]any, name string) *bool {
	if v, ok := fieldAs[bool](r, tree, name); ok {
		return &v
	}
	return nil
}

func (r *fieldReader) text(tree map[string]any, name string) string {
	v, _ := fieldAs[string](r, tree, name)
	return short(v)
}

func (r *fieldReader) number(tree map[string]any, name string) *int32 {
	v, ok := fieldAs[float64](r, tree, name)
	if !ok {
		return nil
	}
	if v != math.Trunc(v) || v < math.MinInt32 || v > math.MaxInt32 {
		if r.wrong == "" {
			r.wrong = name
		}
		return nil
	}
	n := int32(v)
	return &n
}

// Same tells that two configurations say the same.
func (c *KubeletConfig) Same(o *KubeletConfig) bool {
	return same(c.Anonymous, o.Anonymous) && c.Authorization == o.Authorization && same(c.ReadOnlyPort, o.ReadOnlyPort) &&
		same(c.RotateCertificate, o.RotateCertificate) && same(c.ServerTLS, o.ServerTLS) && same(c.FailCgroupV1, o.FailCgroupV1) &&
		same(c.ProtectKernel, o.ProtectKernel) && same(c.EventRecordQPS, o.EventRecordQPS) && c.StreamingIdle == o.StreamingIdle &&
		c.ClientCA == o.ClientCA
}

func same[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// KubeletFacts is the record of what a kubelet has said of its configuration. It has the name of its node.
type KubeletFacts struct {
	Meta
	Config KubeletConfig
	// Read is when it was asked, in seconds since 1970.
	Read int64
	// Failed says why nothing was read.
	Failed string
}

// MakeKubeletFacts makes the record of what the kubelet of a node has said.
func MakeKubeletFacts(node string, config KubeletConfig, read int64) *KubeletFacts {
	return &KubeletFacts{Meta: OwnMeta("KubeletFacts", "", node), Config: config, Read: read}
}

// DeepCopyObject gives a copy that shares only what is immutable, as what the pointers of the configuration lead to is.
func (k *KubeletFacts) DeepCopyObject() runtime.Object {
	d := *k
	d.Meta = k.copyMeta()
	return &d
}

// Same compares all but the resourceVersion.
func (k *KubeletFacts) Same(other model.Record) bool {
	o, ok := other.(*KubeletFacts)
	return ok && k.same(&o.Meta) && k.Read == o.Read && k.Failed == o.Failed && k.Config.Same(&o.Config)
}
