package segmentation

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/cluster"
	"canopy/model/record"
)

// clouds counts nodes by what their providerID says of where they run.
type clouds struct {
	// served counts those on a cloud that answers at the metadata address, elsewhere those on something that does not, and
	// silent those that do not say.
	served, elsewhere, silent int
	last                      answering
}

// answering says whether the cluster runs where the metadata address answers.
type answering uint8

const (
	unknownCloud answering = iota
	metadataServed
	noMetadata
)

func (n *clouds) answering() answering {
	switch {
	case n.served > 0:
		return metadataServed
	case n.silent > 0 || n.elsewhere == 0:
		return unknownCloud
	}
	return noMetadata
}

// moved tells whether the answer is another than when it was last asked for.
func (n *clouds) moved() bool {
	before := n.last
	n.last = n.answering()
	return before != n.last
}

func (n *clouds) of(t *record.Typed[*corev1.Node]) *int {
	scheme, _, ok := strings.Cut(t.Object.Spec.ProviderID, "://")
	switch {
	case !ok:
		return &n.silent
	case metadataCloud(scheme):
		return &n.served
	case otherPlace(scheme):
		return &n.elsewhere
	}
	return &n.silent
}

// metadataCloud knows the schemes of clouds with a metadata service at 169.254.169.254.
func metadataCloud(scheme string) bool {
	switch scheme {
	case "aws", "gce", "azure", "openstack", "digitalocean", "hcloud", "oci", "ocid1", "ibm", "linode", "vultr", "scaleway",
		"exoscale", "equinixmetal", "packet", "tencentcloud", "qcloud", "huaweicloud", "ovh", "yandex", "nebius", "civo", "upcloud", "brightbox", "cloudstack":
		return true
	}
	return false
}

// otherPlace knows the schemes of what has none.
func otherPlace(scheme string) bool {
	switch scheme {
	case "kind", "k3s", "vsphere", "metal3", "baremetalhost", "libvirt", "docker", "k3d", "minikube", "kubemark", "proxmox", "harvester", "nutanix", "moby", "byoh", "kwok":
		return true
	}
	return false
}

// updateNode keeps where nodes run, and has Services judged anew that may take the addresses of nodes for themselves.
func (a *Analyser) updateNode(d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*corev1.Node]](d)
	if before != nil {
		*a.cloud.of(before)--
	}
	if after != nil {
		*a.cloud.of(after)++
	}
	if a.cloud.answering() != a.cloud.last {
		// Owners are touched by the flush.
		a.dirty.places[""] = struct{}{}
	}
	if before == nil || after == nil || before.Labels != after.Labels {
		// Rules of policies for the whole cluster may name nodes by labels.
		for ref := range a.ordered {
			a.dirty.policies[ref] = struct{}{}
		}
	}
	if before != nil && after != nil && sameAddresses(before, after) {
		return
	}
	for ref := range a.taking {
		a.dirty.objects[ref] = struct{}{}
	}
}

func sameAddresses(a, b *record.Typed[*corev1.Node]) bool {
	x, y := a.Object.Status.Addresses, b.Object.Status.Addresses
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}
