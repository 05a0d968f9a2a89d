// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The memory map of a process that is about to die, read without a lock: it is the
 * process's own thread that runs, and user space checks what it gets.
 *
 * The functions with arguments of numbers only are global: the verifier looks at
 * each once, however often and in whatever loop it is called, which keeps Linux 5.10
 * (without bpf_loop) within its limit. Before Linux 6.8 it also looks at those that
 * nobody calls, so each asks for itself whether the kernel has what it reads.
 */
#ifndef INQUEST_MAPPINGS_BPF_H
#define INQUEST_MAPPINGS_BPF_H

#define FMODE_BACKING 0x2000000
#define TMPFS_MAGIC 0x01021994
#define COMPONENTS_MAX 40
#define NAME_MAX_BYTES 256
#define LEAVES_MAX 128
#define LISTED_MAX 1024
#define TREE_DEPTH_MAX 8
#define NODE_WORDS 32
/* Room kept for the neighbours of the faulting address. */
#define NEIGHBOURS 2
#define ACCESS_BITS                                                                                \
	(INQ_MAPPING_READ | INQ_MAPPING_WRITE | INQ_MAPPING_EXEC | INQ_MAPPING_SHARED |            \
	 INQ_MAPPING_GROWS_DOWN)

struct fault_scratch {
	struct inq_process_fault record;
	u64 node[NODE_WORDS]; /* of the maple tree */
	u64 leaf_max; /* last address that the leaf in `node` speaks for */
	u64 ip;
	u64 sp;
	u64 below; /* vm_area_struct */
	u64 above;
	u64 stack_floor; /* first readable address at or above sp */
	u64 written; /* bytes of paths */
};

/* One is enough: the kernel sends under siglock, with interrupts off. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct fault_scratch);
} fault_scratch SEC(".maps");

static __always_inline struct fault_scratch *fault_memory(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&fault_scratch, &zero);
}

/*
 * Writes the components of a path, the last one first, and returns how many bytes
 * they take. With a mount it goes on through the mount points up to the root of
 * the mount namespace; without, to the root of the file system.
 */
__noinline int write_path(u64 dentry_address, u64 mnt_address)
{
	struct fault_scratch *s = fault_memory();
	struct dentry *dentry = (void *)dentry_address;
	struct vfsmount *mnt = (void *)mnt_address;
	u64 from;

	if (!s)
		return 0;
	from = s->written;
#pragma clang loop unroll(disable)
	for (int i = 0; i < COMPONENTS_MAX; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		const unsigned char *name;
		u64 at = s->written;
		long length;

		if (!dentry || !parent)
			break;
		if (mnt && dentry == BPF_CORE_READ(mnt, mnt_root)) {
			struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);

			if (above == mount || !above)
				return s->written - from;
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (parent == dentry)
			return s->written - from;
		if (at >= INQ_PATHS_MAX - NAME_MAX_BYTES)
			break;
		name = BPF_CORE_READ(dentry, d_name.name);
		length = bpf_probe_read_kernel_str(&s->record.paths[at & (INQ_PATHS_MAX - 1)],
						   NAME_MAX_BYTES, name);
		if (length <= 0 || length > NAME_MAX_BYTES)
			break;
		s->written = at + length;
		dentry = parent;
	}
	/* Half a path names another file. */
	s->written = from;
	return 0;
}

/* Any name that the file itself has, in its own file system and not in an overlay. */
static __always_inline struct dentry *alias_of(struct inode *inode)
{
	struct hlist_node *first = BPF_CORE_READ(inode, i_dentry.first);

	if (!first)
		return NULL;
	if (bpf_core_field_exists(struct dentry, d_u.d_alias))
		return (void *)first - bpf_core_field_offset(struct dentry, d_u.d_alias);
	if (bpf_core_field_exists(struct dentry___plain, d_alias))
		return (void *)first - bpf_core_field_offset(struct dentry___plain, d_alias);
	return NULL;
}

static __always_inline void fill_file(struct inq_mapping *m, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);
	struct path *shown = (void *)file + bpf_core_field_offset(struct file, f_path);

	m->inode = BPF_CORE_READ(inode, i_ino);
	m->file_bytes = BPF_CORE_READ(inode, i_size);
	m->links = BPF_CORE_READ(inode, i_nlink);
	m->device = BPF_CORE_READ(sb, s_dev);
	m->magic = BPF_CORE_READ(sb, s_magic);
	if (m->magic == TMPFS_MAGIC && bpf_core_field_exists(struct shmem_sb_info, max_blocks)) {
		struct shmem_sb_info *info = BPF_CORE_READ(sb, s_fs_info);
		u64 pages = BPF_CORE_READ(info, max_blocks);

		if (pages)
			m->capacity_bytes = pages * page_bytes;
	}
	if (bpf_core_field_exists(struct backing_file, user_path) &&
	    (BPF_CORE_READ(file, f_mode) & FMODE_BACKING))
		shown = (void *)file + bpf_core_field_offset(struct backing_file, user_path);
	if (m->flags & (INQ_MAPPING_FAULT | INQ_MAPPING_IP)) {
		struct fault_scratch *s = fault_memory();

		if (s)
			m->shown = s->written;
		m->shown_length = write_path((u64)BPF_CORE_READ(shown, dentry),
					     (u64)BPF_CORE_READ(shown, mnt));
	}
}

/* Adds a mapping to the record; `roles` are INQ_MAPPING_FAULT and the like. */
__noinline int add_mapping(u64 vma_address, u32 roles)
{
	struct fault_scratch *s = fault_memory();
	struct vm_area_struct *vma = (void *)vma_address;
	struct inq_mapping *m;
	struct file *file;
	u32 n;

	if (!s)
		return 0;
	n = s->record.n_mappings;
	if (n >= INQ_MAPPINGS_MAX ||
	    (n >= INQ_MAPPINGS_MAX - NEIGHBOURS && !(roles & (INQ_MAPPING_BELOW | INQ_MAPPING_ABOVE)))) {
		s->record.mappings_left_out++;
		return 0;
	}
	m = &s->record.mappings[n & (INQ_MAPPINGS_MAX - 1)];
	__builtin_memset(m, 0, sizeof(*m));
	m->start = BPF_CORE_READ(vma, vm_start);
	m->end = BPF_CORE_READ(vma, vm_end);
	m->flags = (BPF_CORE_READ(vma, vm_flags) & ACCESS_BITS) | roles;
	m->capacity_bytes = INQ_NONE;
	s->record.n_mappings = n + 1;
	file = BPF_CORE_READ(vma, vm_file);
	if (!file)
		return 1;
	m->file_offset = BPF_CORE_READ(vma, vm_pgoff) * page_bytes;
	fill_file(m, file);
	if (m->flags & INQ_MAPPING_EXEC) {
		m->path = s->written;
		m->path_length = write_path((u64)alias_of(BPF_CORE_READ(file, f_inode)), 0);
	}
	return 1;
}

/* Takes note of one mapping. They come by ascending addresses. */
__noinline int visit_mapping(u64 vma_address)
{
	struct fault_scratch *s = fault_memory();
	struct vm_area_struct *vma = (void *)vma_address;
	u64 start, end, flags, address;
	u32 roles = 0;

	if (!s)
		return 0;
	start = BPF_CORE_READ(vma, vm_start);
	end = BPF_CORE_READ(vma, vm_end);
	flags = BPF_CORE_READ(vma, vm_flags);
	address = s->record.fault_address;
	if (end <= address)
		s->below = vma_address;
	else if (start <= address)
		roles |= INQ_MAPPING_FAULT;
	else if (!s->above)
		s->above = vma_address;
	if (start <= s->ip && s->ip < end)
		roles |= INQ_MAPPING_IP;
	if (start <= s->sp && s->sp < end)
		roles |= INQ_MAPPING_STACK;
	/* A thread's stack ends at a mapping that nobody may touch. */
	if (!s->stack_floor && end > s->sp && (flags & INQ_MAPPING_READ))
		s->stack_floor = start > s->sp ? start : s->sp;
	if (roles || ((flags & INQ_MAPPING_EXEC) && BPF_CORE_READ(vma, vm_file)))
		add_mapping(vma_address, roles);
	return 0;
}

/*
 * Reads the leaf of a maple tree that speaks for an address: type and place of a
 * node are in its pointer; slot i holds what lies above pivot i - 1 up to pivot i,
 * and a pivot of 0 ends them.
 */
__noinline int read_leaf(u64 node, u64 address)
{
	struct fault_scratch *s = fault_memory();

	if (!s || !bpf_core_type_exists(struct maple_range_64))
		return 0;
	s->leaf_max = ~0ULL;
#pragma clang loop unroll(disable)
	for (int depth = 0; depth < TREE_DEPTH_MAX; depth++) {
		u32 type = (node >> 3) & 0xf;
		u32 pivots, pivot, slot, i;

		if (bpf_probe_read_kernel(s->node, sizeof(s->node), (void *)(node & ~255ULL)))
			return 0;
		if (type == bpf_core_enum_value(enum maple_type, maple_leaf_64))
			return 1;
		if (type == bpf_core_enum_value(enum maple_type, maple_arange_64)) {
			pivot = bpf_core_field_offset(struct maple_arange_64, pivot) / 8;
			slot = bpf_core_field_offset(struct maple_arange_64, slot) / 8;
			pivots = 9;
		} else if (type == bpf_core_enum_value(enum maple_type, maple_range_64)) {
			pivot = bpf_core_field_offset(struct maple_range_64, pivot) / 8;
			slot = bpf_core_field_offset(struct maple_range_64, slot) / 8;
			pivots = 15;
		} else {
			return 0;
		}
#pragma clang loop unroll(disable)
		for (i = 0; i < 15; i++) {
			u64 last = s->node[(pivot + i) & (NODE_WORDS - 1)];

			if (i >= pivots || (!last && i))
				break;
			if (address <= last) {
				s->leaf_max = last;
				break;
			}
		}
		node = s->node[(slot + i) & (NODE_WORDS - 1)];
		if (!node)
			return 0;
	}
	return 0;
}

/* Visits the mappings of the leaf that was read. */
__noinline int visit_leaf(void)
{
	struct fault_scratch *s = fault_memory();
	u32 pivot, slot;

	if (!s || !bpf_core_type_exists(struct maple_range_64))
		return 0;
	pivot = bpf_core_field_offset(struct maple_range_64, pivot) / 8;
	slot = bpf_core_field_offset(struct maple_range_64, slot) / 8;
#pragma clang loop unroll(disable)
	for (u32 i = 0; i < 16; i++) {
		u64 last = i < 15 ? s->node[(pivot + i) & (NODE_WORDS - 1)] : s->leaf_max;
		u64 entry = s->node[(slot + i) & (NODE_WORDS - 1)];

		if (!last && i)
			last = s->leaf_max;
		/* Anything else in a slot is the tree's own. */
		if (entry > 4096 && !(entry & 3))
			visit_mapping(entry);
		if (last >= s->leaf_max)
			break;
	}
	return 0;
}

__noinline int visit_tree(u64 root)
{
	struct fault_scratch *s = fault_memory();
	u64 address = 0;

	if (!s)
		return 0;
	/* A single mapping is in the root itself. */
	if ((root & 3) != 2) {
		visit_mapping(root);
		return 0;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < LEAVES_MAX; i++) {
		if (!read_leaf(root, address))
			return 0;
		visit_leaf();
		if (s->leaf_max == ~0ULL)
			return 0;
		address = s->leaf_max + 1;
	}
	s->record.mappings_left_out++;
	return 0;
}

__noinline int visit_list(u64 first)
{
	struct vm_area_struct___listed *vma = (void *)first;
	struct fault_scratch *s = fault_memory();

	if (!bpf_core_field_exists(struct vm_area_struct___listed, vm_next))
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < LISTED_MAX; i++) {
		if (!vma)
			return 0;
		visit_mapping((u64)vma);
		vma = BPF_CORE_READ(vma, vm_next);
	}
	if (s)
		s->record.mappings_left_out++;
	return 0;
}

/* Fills the record's mappings: code, and what the fault has to do with. */
static __always_inline void fill_mappings(struct fault_scratch *s, struct mm_struct *mm)
{
	if (bpf_core_field_exists(struct mm_struct___tree, mm_mt))
		visit_tree((u64)BPF_CORE_READ((struct mm_struct___tree *)mm, mm_mt.ma_root));
	else if (bpf_core_field_exists(struct mm_struct___listed, mmap))
		visit_list((u64)BPF_CORE_READ((struct mm_struct___listed *)mm, mmap));
	if (s->below)
		add_mapping(s->below, INQ_MAPPING_BELOW);
	if (s->above)
		add_mapping(s->above, INQ_MAPPING_ABOVE);
}

#endif
