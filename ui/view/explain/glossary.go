package explain

import (
	"slices"
	"strings"
	"unicode"
)

// Term is a word that a beginner may not know.
type Term struct {
	Name string
	// Forms are what stands for it in a text, in lower case; the words of one with several stand beside each other.
	Forms []string
	Means string
	// Not lists what has one of the forms in it and means something else.
	Not []string
}

// Glossary is data: the words of Kubernetes and Linux that the catalogue uses, in the order in which one builds on the
// other, and then those of upkeep, some of which only screens use.
func Glossary() []Term { return slices.Concat(basics(), rights(), upkeep()) }

// basics is data: what runs, by which rights, and what keeps it apart.
func basics() []Term {
	return []Term{
		{"cluster", []string{"cluster", "clusters"}, "Machines that run containers together, led by one control plane.", nil},
		{"node", []string{"node", "nodes", "node's", "nodes'"}, "A machine of the cluster, real or virtual, on which pods run.", nil},
		{"API server", []string{"api server", "api server's", "api servers", "kube-apiserver"}, "The door of the cluster, part of the control plane: whoever wants to see or change anything asks it.", nil},
		{"namespace", []string{"namespace", "namespaces"}, "A named part of a cluster that holds objects of one team or program. For a process, what it can see of the machine: its own network, its own list of processes.", nil},
		{"pod", []string{"pod", "pods", "pod's", "pods'"}, "The smallest thing that runs: one container or a few that share an address and volumes.", nil},
		{"container", []string{"container", "containers", "container's"}, "A program with its files, set apart from others on the same kernel. It is no virtual machine.", nil},
		{"init container", []string{"init container", "init containers"}, "A container of a pod that runs to its end before the others start.", nil},
		{"ephemeral container", []string{"ephemeral container", "ephemeral containers", "debug container"}, "A container put into a running pod to debug it. It stays until the pod ends.", nil},
		{"sidecar", []string{"sidecar", "sidecars"}, "A container that helps the main one of its pod.", nil},
		{"image", []string{"image", "images", "image's"}, "The packed files from which a container starts.", nil},
		{"workload", []string{"workload", "workloads"}, "Anything that makes pods, such as a Deployment, with its pods.", nil},
		{"template", []string{"template", "templates"}, "The part of a workload that says what its pods look like.", nil},
		{"controller", []string{"controller", "controllers"}, "A program that keeps things as an object asks: it makes pods, and replaces those that end.", []string{"controller manager", "controller managers"}},
		{"Deployment", []string{"deployment", "deployments"}, "Keeps so many like pods running, and replaces them when its template changes.", nil},
		{"DaemonSet", []string{"daemonset", "daemonsets"}, "Runs one pod on every node.", nil},
		{"Job", []string{"job", "jobs"}, "Runs pods until the work is done once.", nil},
		{"static pod", []string{"static pod", "static pods", "static"}, "A pod that a node runs from a file of its own, without being asked by the cluster.", nil},
		{"service account", []string{"service account", "service accounts", "serviceaccount"}, "The identity of a program in the cluster, as a user is that of a person.", nil},
		{"token", []string{"token", "tokens"}, "The password of a service account, put into its pods as a file.", nil},
		{"binding", []string{"binding", "bindings"}, "Gives the rights that a role lists to accounts, users or groups.", nil},
		{"Secret", []string{"secret", "secrets"}, "An object for passwords and keys. Who may read it has them.", nil},
		{"ConfigMap", []string{"configmap"}, "An object for settings that are no secret.", nil},
		{"label", []string{"label", "labels"}, "A key with a value on an object, by which others pick it.", []string{"selinux label"}},
		{"annotation", []string{"annotation", "annotations"}, "A key with a value on an object, as a note for programs.", nil},
		{"kubelet", []string{"kubelet", "kubelet's", "kubelets"}, "The program on each node that starts its containers, with the rights of the node.", nil},
		{"container runtime", []string{"runtime", "runtime's", "containerd", "docker"}, "The program on a node that makes containers for the kubelet, such as containerd.", []string{"runtime sensors"}},
		{"socket", []string{"socket"}, "A file by which programs of one machine talk. Who may open that of the runtime commands it.", nil},
		{"volume", []string{"volume", "volumes"}, "A directory given to a pod, from a disk, from the node, or from an object.", nil},
		{"hostPath", []string{"hostpath"}, "A volume that is a directory or file of the node itself.", nil},
		{"emptyDir", []string{"emptydir"}, "An empty volume that lives as long as its pod.", nil},
		{"claim", []string{"claim", "persistentvolumeclaim"}, "The wish for a disk of the cluster, by which a pod gets storage that outlives it.", nil},
		{"mount", []string{"mount", "mounts", "mounted"}, "To make a directory or disk appear in another place, such as in a container.", nil},
		{"root", []string{"root", "root's"}, "The user with id 0, to whom the kernel denies nothing but what it was told to.", []string{"root file system"}},
		{"privileged", []string{"privileged"}, "A container that keeps all rights of root on its node: hardly anything sets it apart.", nil},
		{"capability", []string{"capability", "capabilities", "sys_admin", "net_raw", "net_bind_service", "net_admin"}, "One of some forty parts into which Linux divides what root may do.", nil},
		{"seccomp", []string{"seccomp", "seccompprofile"}, "A filter of the kernel that denies a program the system calls it does not need.", nil},
		{"AppArmor", []string{"apparmor"}, "Rules of the kernel about which files and rights a program may use.", nil},
		{"SELinux", []string{"selinux", "selinuxoptions"}, "Labels on processes and files by which the kernel keeps them apart.", nil},
		{"system call", []string{"system call", "system calls"}, "How a program asks the kernel for something.", nil},
		{"sysctl", []string{"sysctl", "sysctls"}, "A setting of the kernel, such as how it treats the network.", nil},
		{"/proc", []string{"/proc"}, "The directory in which Linux shows processes, and takes some settings of the kernel.", nil},
		{"set-user-id", []string{"set-user-id"}, "A mark on a program's file that lets it run as the file's owner, often root.", nil},
		{"probe", []string{"probe", "probes"}, "A question that the kubelet asks a container again and again: are you alive, are you ready?", nil},
		{"Service", []string{"service", "services"}, "One address for the pods of a program, however often they are replaced.", []string{"service account", "service accounts", "metadata service"}},
		{"ingress", []string{"ingress"}, "The door through which web requests from outside get to Services.", nil},
		{"hostPort", []string{"hostport"}, "A port that is opened on the node's own address.", nil},
		{"metadata service", []string{"metadata service"}, "An address in a cloud from which a machine gets its credentials.", nil},
		{"network policy", []string{"network policy", "network policies"}, "Says which pods may talk to which. Without one, all may.", nil},
		{"requests and limits", []string{"requests and limits", "requests", "memory limit", "memory limits", "cpu limit", "cpu limits"}, "What a container is promised of processor and memory, and what it cannot exceed.", nil},
		{"LimitRange", []string{"limitrange"}, "Sets requests and limits in a namespace for containers that name none.", nil},
		{"admission", []string{"admission"}, "The checks that the API server makes before it keeps an object.", nil},
		{"pod security level", []string{"pod security", "pod-security.kubernetes.io/enforce"}, "Privileged, baseline or restricted: how much pods of a namespace may ask for.", []string{"pod security standards"}},
		{"Pod Security Standards", []string{"pod security standards"}, "PSS: what these levels forbid, as Kubernetes publishes it.", nil},
		{"audit log", []string{"audit log", "audit log's", "audit events"}, "The record that the API server keeps of who asked for what.", nil},
		{"sensor", []string{"sensor", "sensors"}, "A program on nodes that watches what containers do and reports what is odd, such as Falco.", nil},
	}
}

// Terms gives those that occur in a text.
func Terms(text string) []Term {
	// Words stand between single blanks, so that a search for several words is a search for a piece of text.
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:.()\"?!", r)
	})
	flat := " " + strings.Join(words, " ") + " "
	var found []Term
	for _, t := range Glossary() {
		if t.in(flat) {
			found = append(found, t)
		}
	}
	return found
}

// in tells whether one of the forms occurs in words between single blanks.
func (t *Term) in(flat string) bool {
	for _, not := range t.Not {
		flat = strings.ReplaceAll(flat, " "+not+" ", "  ")
	}
	for _, form := range t.Forms {
		form = " " + strings.ReplaceAll(form, ".", " ")
		if strings.Contains(flat, form+" ") || form[1] == '/' && strings.Contains(flat, form+"/") {
			return true
		}
	}
	return false
}
