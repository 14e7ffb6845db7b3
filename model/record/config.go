package record

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// ConfigMap is the record of a ConfigMap: its keys, and the values of the few that hold facts about the cluster.
type ConfigMap struct {
	Meta
	Keys []string
	// Size is the number of bytes of all values.
	Size int
	// Facts holds the values that FactConfig names; nil for all other ConfigMaps.
	Facts map[string]string
}

// FactConfig tells whether the data of a ConfigMap is fact, not secret: the mapping of cloud identities, the kubelet's
// configuration, the network plug-in's.
func FactConfig(namespace, name string) bool {
	if namespace != "kube-system" && namespace != "kube-flannel" && namespace != "calico-system" {
		return false
	}
	switch name {
	case "aws-auth", "kubelet-config", "kubeadm-config", "kube-proxy", "calico-config", "cilium-config",
		"kube-flannel-cfg", "antrea-config", "canal-config":
		return true
	}
	return namespace == "kube-system" && olderKubeletConfig(name)
}

// olderKubeletConfig tells the name that kubeadm gave the kubelet's configuration before 1.24: kubelet-config-1.23.
func olderKubeletConfig(name string) bool {
	minor, ok := strings.CutPrefix(name, "kubelet-config-1.")
	n, err := strconv.ParseUint(minor, 10, 8)
	return ok && err == nil && strconv.FormatUint(n, 10) == minor
}

func makeConfigMap(kind *model.Kind, c *corev1.ConfigMap) *ConfigMap {
	r := &ConfigMap{Meta: makeMeta(kind, c, `"f:data"`)}
	for k, v := range c.Data {
		r.Keys = append(r.Keys, intern(k))
		r.Size += len(v)
	}
	for k, v := range c.BinaryData {
		r.Keys = append(r.Keys, intern(k))
		r.Size += len(v)
	}
	slices.Sort(r.Keys)
	if FactConfig(c.Namespace, c.Name) {
		r.Facts = maps.Clone(c.Data)
	}
	return r
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (c *ConfigMap) DeepCopyObject() runtime.Object {
	d := *c
	d.Meta = c.copyMeta()
	d.Keys = slices.Clone(c.Keys)
	d.Facts = maps.Clone(c.Facts)
	return &d
}

// Same compares all but the resourceVersion.
func (c *ConfigMap) Same(other model.Record) bool {
	o, ok := other.(*ConfigMap)
	return ok && c.same(&o.Meta) && c.Size == o.Size && slices.Equal(c.Keys, o.Keys) && maps.Equal(c.Facts, o.Facts)
}

// Secret is the record of a Secret: never a value, nor the name of a key.
type Secret struct {
	Meta
	// Type is "" where the source did not tell.
	Type corev1.SecretType
	// Keys is the number of keys; -1 where the source did not tell.
	Keys int
}

// MakeSecret makes the record of a Secret from its metadata and what a table row says of it; keys is -1 where unknown.
func MakeSecret(meta metav1.Object, secretType string, keys int) *Secret {
	kind := model.KindByName("Secret")
	return &Secret{Meta: makeMeta(kind, meta, `"f:data"`, `"f:stringData"`), Type: corev1.SecretType(intern(secretType)), Keys: keys}
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (s *Secret) DeepCopyObject() runtime.Object {
	d := *s
	d.Meta = s.copyMeta()
	return &d
}

// Same compares all but the resourceVersion.
func (s *Secret) Same(other model.Record) bool {
	o, ok := other.(*Secret)
	return ok && s.same(&o.Meta) && s.Type == o.Type && s.Keys == o.Keys
}
