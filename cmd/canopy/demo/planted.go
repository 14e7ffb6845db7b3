package demo

// Flaw is one line of the list of what is wrong in the cluster on purpose. The
// list is complete: what is not in it is sound, and a test holds it so for
// every rule that can be read off one object. Stock RBAC, which carries the
// label kubernetes.io/bootstrapping, is not listed but for what was changed.
type Flaw struct {
	Namespace string   // empty for cluster-scoped objects
	Kind      string   // "Cluster" for what the cluster as a whole lacks
	Name      string   // of the top owner, or of the object at fault
	Rules     []string // ids of the catalogue, sorted
	Why       string   // what the story behind it is
	Justified bool     // it has to be so, or is accepted
}

// Planted returns the flaws of the cluster by namespace.
func Planted() []Flaw {
	backup := rules("IM08", "LP26", "PS01", "PS06", "PS09", "PS10", "PS11", "PS15", "PS23")
	latest := rules("IM01", "IM02")
	open := rules("NW01", "NW02", "NW05")
	list := []Flaw{
		{"shop", "Deployment", "web", rules("IM02", "IM04", "LP25"), "tag 1.4 without digest; a token that the code never uses reaches pods/exec in ops", false},
		{"shop", "Deployment", "api", rules("SE01"), "STRIPE_API_KEY as a literal value", false},
		{"shop", "Service", "web", rules("NW08"), "the front of a shop is open to everybody", true},
		{"shop", "NetworkPolicy", "web", rules("NW04"), "the front of a shop is open to everybody", true},
		{"shop", "RoleBinding", "cert-manager-tls", rules("LP06", "LP31"), "cert-manager writes this one Secret", true},
		{"shop", "RoleBinding", "argocd-deploy", rules("LP07"), "Argo CD changes the Deployments of the shop", true},

		{"payments", "NetworkPolicy", "postgres", rules("NW04", "NW16"), "port 5432 from every namespace, added for a migration and left", false},

		{"", "ClusterRoleBinding", "operator-cluster-admin", rules("LP01"), "the operator is cluster-admin", false},
		{"ops", "RoleBinding", "ops-exec", rules("LP09"), "every service account may exec in ops, for a debug page", false},
		{"ops", "Namespace", "ops", rules("NW03"), "no NetworkPolicy", false},
		{"ops", "Service", "argocd-server", rules("NW08"), "Argo CD on a NodePort", false},
		{"ops", "RoleBinding", "argocd-application-controller", rules("LP34"), "Argo CD writes its own Applications", true},
		{"ops", "RoleBinding", "argocd-server", rules("LP34"), "Argo CD writes its own Applications", true},
		{"ops", "RoleBinding", "cert-manager-account", rules("LP06", "LP31"), "cert-manager writes this one Secret", true},
		{"ops", "RoleBinding", "cert-manager-webhook", rules("LP06", "LP31"), "the webhook writes this one Secret", true},

		{"data", "Namespace", "data", rules("PS26"), "no enforce label, for the backup", false},
		{"data", "CronJob", "backup", backup, "privileged, root, the whole node mounted", false},
		{"data", "DaemonSet", "backup-helper", backup, "the same on every node, the control plane included", false},
		{"data", "ConfigMap", "airflow-config", rules("SE03"), "a database password in a connection string", false},
		{"data", "RoleBinding", "spark-operator", rules("LP07", "LP17"), "creates pods where privileged ones are admitted", false},
		{"data", "Deployment", "airflow-webserver", rules("IM08"), "its report is too large to be stored", false},
		{"data", "Deployment", "airflow-scheduler", rules("IM08"), "its report is too large to be stored", false},
		{"data", "Deployment", "airflow-worker", rules("IM08"), "its report is too large to be stored", false},

		{"monitoring", "Deployment", "grafana", rules("IM08"), "an old tag that was never scanned", false},
		{"monitoring", "StatefulSet", "loki", rules("IM08"), "its scan failed", false},
		{"", "ClusterRoleBinding", "prometheus", rules("LP06"), "lists Secrets everywhere, copied from a blog", false},
		{"monitoring", "DaemonSet", "node-exporter", rules("PS02", "PS04", "PS08"), "reads the figures of its node", true},
		{"monitoring", "Namespace", "monitoring", rules("PS26"), "privileged for node-exporter alone", true},

		{"ci", "Deployment", "runner", rules("IM08", "LP26", "PS01", "PS06", "PS07", "PS09", "PS10", "PS11", "PS15", "PS23"), "builds through the Docker socket of n4", false},
		{"ci", "Namespace", "ci", rules("PS26"), "privileged for the builds", false},
		{"ci", "RoleBinding", "runner", rules("LP07", "LP08"), "creates pods, impersonates accounts, escalates Roles", false},
		{"ci", "RoleBinding", "dev-support", rules("LP08"), "group dev impersonates accounts of ci", false},

		{"dev", "RoleBinding", "dev-edit", rules("LP06", "LP07", "LP08", "LP09", "LP10", "LP13", "LP17", "LP18", "LP20", "LP30", "LP31"), "group dev edits its namespace", true},
		{"", "ClusterRoleBinding", "dev-view-secrets", rules("LP06"), "a forgotten binding: group dev reads every Secret", false},
		{"dev", "Pod", "debug-x9", rules("IM01", "IM02", "IM04", "IM08", "PS28", "PS29"), "a naked pod with an ephemeral container, three weeks old", false},

		{"legacy", "Deployment", "intranet", rules("IM08", "LP26", "NW10", "PS09", "PS10", "PS11", "PS15", "PS16", "PS24", "PS25"), "the manifest of 2021: root, no limits", false},
		{"legacy", "Namespace", "legacy", rules("NW15"), "no quota and no limit range", false},
		{"legacy", "Service", "intranet", rules("NW08"), "a NodePort", false},
		{"legacy", "Secret", "intranet-db", rules("SE04", "SE08"), "in five pods, never rotated, and in its own annotation", false},
		{"legacy", "Secret", "intranet-tls", rules("SE08"), "the certificate expired on 2026-10-19", false},
		{"legacy", "Secret", "deployer-token", rules("LP23", "SE07", "SE08"), "a token of the old kind, unused for a year", false},
		{"legacy", "StatefulSet", "mysql", rules("IM08"), "its report is forty days old", false},
		{"legacy", "PodDisruptionBudget", "mysql", rules("VP10"), "no disruption allowed: n5 cannot be drained", false},
		{"legacy", "RoleBinding", "cert-manager-tls", rules("LP06", "LP31"), "cert-manager writes this one Secret", true},

		{"", "Node", "n5", rules("VP04", "VP05", "VP07"), "kubelet 1.33, containerd 1.6, Ubuntu 20.04", false},
		{"", "Node", "n6", rules("VP07"), "a reboot pending, its kernel behind its pool", false},
		{"", "ClusterRole", "system:node-proxier", rules("LP28"), "a stock role with a rule added: ConfigMaps of every namespace", false},
		{"", "Cluster", "cluster", rules("AU04", "IM05", "LM04", "LM05", "SE06"), "no policy engine, signatures, runtime sensor, log shipper or external secret store", true},
	}
	for _, name := range []string{"operator", "argocd-application-controller", "argocd-repo-server", "argocd-redis", "argocd-server", "velero", "cert-manager", "cert-manager-cainjector", "cert-manager-webhook", "external-dns"} {
		r := open
		if name == "argocd-server" {
			r = append(append(rules("LP25"), open...), "NW13")
		}
		list = append(list, Flaw{"ops", "Deployment", name, r, "no NetworkPolicy in ops", false})
	}
	for _, team := range []string{"aurora", "basalt", "comet"} {
		for _, part := range []string{"web", "api", "worker", "mock"} {
			r, why := latest, "the image is whatever latest is"
			if team == "basalt" && part == "api" {
				r, why = rules("IM01", "IM02", "IM08"), "latest moved after its scan"
			}
			list = append(list, Flaw{"dev", "Deployment", team + "-" + part, r, why, false})
		}
	}
	return append(list, stockFlaws()...)
}

// stockFlaws are those of the parts that kubeadm, Calico and metrics-server
// bring, as they come.
func stockFlaws() []Flaw {
	const system = "kube-system"
	const why = "a part of the cluster itself, as it comes"
	static := rules("PS04", "PS06", "PS09", "PS10", "PS15", "PS22", "PS23", "PS24", "PS25")
	agent := rules("PS01", "PS04", "PS06", "PS09", "PS10", "PS15", "PS16", "PS23", "PS24", "PS25")
	list := []Flaw{
		{system, "Pod", "etcd-n1", static, why, true},
		{system, "Pod", "kube-apiserver-n1", static, why, true},
		{system, "Pod", "kube-controller-manager-n1", static, why, true},
		{system, "Pod", "kube-scheduler-n1", static, why, true},
		{system, "DaemonSet", "kube-proxy", agent, why, true},
		{system, "DaemonSet", "calico-node", agent, why, true},
		{system, "Deployment", "calico-kube-controllers", rules("NW01", "NW02", "NW05", "PS09", "PS15", "PS24", "PS25"), why, true},
		{system, "Deployment", "coredns", rules("NW01", "NW02", "NW05", "PS10", "PS16", "PS25"), why, true},
		{system, "Deployment", "metrics-server", rules("NW01", "NW02", "NW05"), why, true},
		{"", "ClusterRoleBinding", "calico-node", rules("LP13", "LP20", "LP29"), "Calico asks for the token of its CNI plugin, and marks nodes and pods", true},
		{"", "ClusterRoleBinding", "calico-cni-plugin", rules("LP20"), "Calico writes the addresses of pods", true},
		{system, "Namespace", system, rules("NW03"), why, true},
	}
	return list
}

func rules(ids ...string) []string { return ids }
