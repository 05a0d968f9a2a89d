import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';

const APPLETS =
  'sh,ash,cat,echo,sleep,kill,true,false,ls,ps,printf,env,dd,head,tail,yes,mkdir,rm,id,trap,test,wc,seq,nproc,hostname,usleep,timeout,stty,tr,awk,sed,grep,date,touch,chmod,mktemp,mount';

/** A folder with a static busybox and links for its common commands. */
export function makeBusyboxRootfs(rootfs: string): void {
  for (const folder of ['bin', 'etc', 'tmp', 'dev', 'proc', 'sys'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  copyFileSync(findProgram('busybox') ?? '/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const applet of APPLETS.split(',')) symlinkSync('busybox', join(rootfs, 'bin', applet));
  writeFileSync(join(rootfs, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
}
