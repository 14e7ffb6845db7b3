package model

import "k8s.io/apimachinery/pkg/runtime/schema"

// Groups of optional kinds that more than one place names.
const (
	GroupPolicy  = "policy.networking.k8s.io"
	GroupGateway = "gateway.networking.k8s.io"
	GroupRoute   = "route.openshift.io"
)

const (
	groupCalico   = "projectcalico.org"
	groupCalicoV1 = "crd.projectcalico.org"
)

// Groups of optional kinds that tell of images and of secrets.
const (
	// GroupTrivy is that of trivy-operator, and of Starboard before it.
	GroupTrivy = "aquasecurity.github.io"
	// GroupKubescape is that of the storage of kubescape, an API server of its own.
	GroupKubescape = "spdx.softwarecomposition.kubescape.io"
	// GroupPolicyReport and GroupOpenReports are those of reports that many tools write.
	GroupPolicyReport = "wgpolicyk8s.io"
	GroupOpenReports  = "openreports.io"
	GroupKyverno      = "kyverno.io"
	// GroupKyvernoPolicies is that of Kyverno's newer kinds, each with one purpose.
	GroupKyvernoPolicies = "policies.kyverno.io"
	// GroupSigstore is that of sigstore's policy-controller.
	GroupSigstore        = "policy.sigstore.dev"
	GroupGatekeeper      = "constraints.gatekeeper.sh"
	GroupRatify          = "config.ratify.deislabs.io"
	GroupCertManager     = "cert-manager.io"
	GroupExternalSecrets = "external-secrets.io"
	GroupSealedSecrets   = "bitnami.com"
	GroupSecretsStore    = "secrets-store.csi.x-k8s.io"
	GroupSops            = "isindir.github.com"
)

// Both tables are data: kinds that a cluster has only where somebody installed them. Versions are the newest that Canopy knows; a
// server that does not serve one of them is read at the version that it prefers.

// flows decide about connections.
var flows = [...]Kind{
	// The policies of administrators, of sigs.k8s.io/network-policy-api.
	{GroupPolicy, "v1alpha1", "AdminNetworkPolicy", "adminnetworkpolicies", false},
	{GroupPolicy, "v1alpha1", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", false},
	{GroupPolicy, "v1alpha2", "ClusterNetworkPolicy", "clusternetworkpolicies", false},
	// Ways into the cluster.
	{GroupGateway, "v1", "GatewayClass", "gatewayclasses", false},
	{GroupGateway, "v1", "Gateway", "gateways", true},
	{GroupGateway, "v1", "HTTPRoute", "httproutes", true},
	{GroupGateway, "v1", "GRPCRoute", "grpcroutes", true},
	{GroupGateway, "v1", "TLSRoute", "tlsroutes", true},
	{GroupGateway, "v1", "TCPRoute", "tcproutes", true},
	{GroupGateway, "v1", "UDPRoute", "udproutes", true},
	{GroupGateway, "v1", "ReferenceGrant", "referencegrants", true},
	{GroupRoute, "v1", "Route", "routes", true},
	// Policies and networks of plug-ins and meshes.
	{"cilium.io", "v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies", true},
	{"cilium.io", "v2", "CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", false},
	{groupCalico, "v3", "NetworkPolicy", "networkpolicies", true},
	{groupCalico, "v3", "GlobalNetworkPolicy", "globalnetworkpolicies", false},
	{groupCalicoV1, "v1", "NetworkPolicy", "networkpolicies", true},
	{groupCalicoV1, "v1", "GlobalNetworkPolicy", "globalnetworkpolicies", false},
	{"crd.antrea.io", "v1beta1", "NetworkPolicy", "networkpolicies", true},
	{"crd.antrea.io", "v1beta1", "ClusterNetworkPolicy", "clusternetworkpolicies", false},
	{"k8s.ovn.org", "v1", "EgressFirewall", "egressfirewalls", true},
	{"k8s.ovn.org", "v1", "AdminPolicyBasedExternalRoute", "adminpolicybasedexternalroutes", false},
	{"k8s.ovn.org", "v1", "UserDefinedNetwork", "userdefinednetworks", true},
	{"k8s.ovn.org", "v1", "ClusterUserDefinedNetwork", "clusteruserdefinednetworks", false},
	{"k8s.cni.cncf.io", "v1beta2", "MultiNetworkPolicy", "multi-networkpolicies", true},
	{"k8s.cni.cncf.io", "v1", "NetworkAttachmentDefinition", "network-attachment-definitions", true},
	{"networking.k8s.aws", "v1alpha1", "ApplicationNetworkPolicy", "applicationnetworkpolicies", true},
	{"networking.k8s.aws", "v1alpha1", "ClusterNetworkPolicy", "clusternetworkpolicies", false},
	{"security.istio.io", "v1", "AuthorizationPolicy", "authorizationpolicies", true},
	{"policy.linkerd.io", "v1alpha1", "AuthorizationPolicy", "authorizationpolicies", true},
	{"policy.linkerd.io", "v1beta3", "Server", "servers", true},
}

// reports tell of images and of secrets.
var reports = [...]Kind{
	// What scanners have said of images.
	{GroupTrivy, "v1alpha1", "VulnerabilityReport", "vulnerabilityreports", true},
	{GroupTrivy, "v1alpha1", "ClusterVulnerabilityReport", "clustervulnerabilityreports", false},
	{GroupTrivy, "v1alpha1", "InfraAssessmentReport", "infraassessmentreports", true},
	{GroupTrivy, "v1alpha1", "ClusterInfraAssessmentReport", "clusterinfraassessmentreports", false},
	{GroupKubescape, "v1beta1", "VulnerabilityManifest", "vulnerabilitymanifests", true},
	{GroupKubescape, "v1beta1", "VulnerabilityManifestSummary", "vulnerabilitymanifestsummaries", true},
	{GroupPolicyReport, "v1alpha2", "PolicyReport", "policyreports", true},
	{GroupPolicyReport, "v1alpha2", "ClusterPolicyReport", "clusterpolicyreports", false},
	{GroupOpenReports, "v1alpha1", "Report", "reports", true},
	{GroupOpenReports, "v1alpha1", "ClusterReport", "clusterreports", false},
	// What demands that images are signed, or come from certain registries.
	{GroupKyverno, "v1", "ClusterPolicy", "clusterpolicies", false},
	{GroupKyverno, "v1", "Policy", "policies", true},
	{GroupKyverno, "v2", "PolicyException", "policyexceptions", true},
	{GroupKyvernoPolicies, "v1", "PolicyException", "policyexceptions", true},
	{GroupKyvernoPolicies, "v1", "ImageValidatingPolicy", "imagevalidatingpolicies", false},
	{GroupKyvernoPolicies, "v1", "NamespacedImageValidatingPolicy", "namespacedimagevalidatingpolicies", true},
	{GroupSigstore, "v1beta1", "ClusterImagePolicy", "clusterimagepolicies", false},
	{GroupGatekeeper, "v1beta1", "RatifyVerification", "ratifyverification", false},
	{GroupGatekeeper, "v1beta1", "K8sAllowedRepos", "k8sallowedrepos", false},
	{GroupRatify, "v1beta1", "Verifier", "verifiers", false},
	// Where secrets and certificates come from.
	{GroupCertManager, "v1", "Certificate", "certificates", true},
	{GroupExternalSecrets, "v1", "ExternalSecret", "externalsecrets", true},
	{GroupExternalSecrets, "v1", "ClusterExternalSecret", "clusterexternalsecrets", false},
	{GroupSealedSecrets, "v1alpha1", "SealedSecret", "sealedsecrets", true},
	{GroupSecretsStore, "v1", "SecretProviderClass", "secretproviderclasses", true},
	{GroupSops, "v1alpha3", "SopsSecret", "sopssecrets", true},
}

// OptionalKinds lists the kinds that are read only while a server serves them. Where it does not, a source says nothing of
// them: there are no such objects. Their records are untyped but for reports of scanners, and tell the version they were read at.
func OptionalKinds() []*Kind {
	all := make([]*Kind, 0, len(flows)+len(reports))
	for i := range flows {
		all = append(all, &flows[i])
	}
	for i := range reports {
		all = append(all, &reports[i])
	}
	return all
}

// OptionalKind finds an optional kind by group and kind; nil where there is none.
func OptionalKind(gk schema.GroupKind) *Kind {
	if k := FlowKind(gk); k != nil {
		return k
	}
	return kindIn(reports[:], gk)
}

// FlowKind finds one of the optional kinds that decide about connections; nil where there is none.
func FlowKind(gk schema.GroupKind) *Kind { return kindIn(flows[:], gk) }

// At is the kind as a server serves it: with its own version.
func (k *Kind) At(version string) *Kind {
	if k.Version == version {
		return k
	}
	at := *k
	at.Version = version
	return &at
}

// Twin names the kind that shows the very same objects and is read in this one's place where a server serves both; nil for
// almost every kind. Calico keeps its policies in one group and shows them in another.
func (k *Kind) Twin() *Kind {
	if k.Group != groupCalicoV1 {
		return nil
	}
	return OptionalKind(schema.GroupKind{Group: groupCalico, Kind: k.Kind})
}
